"""What `wismo doctor` looks at: one module for each thing that can be asked, one Finding for each answer."""
