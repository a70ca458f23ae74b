"""The five dashboards."""

from observe.boards.care import CARE
from observe.boards.fleet import FLEET
from observe.boards.intake import INTAKE
from observe.boards.messages import MESSAGES
from observe.boards.page import PAGE

ALL = (FLEET, INTAKE, MESSAGES, PAGE, CARE)
