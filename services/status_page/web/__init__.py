"""What every route shares: cookies, form tokens, headers, languages, brands, static files, calm error pages."""
