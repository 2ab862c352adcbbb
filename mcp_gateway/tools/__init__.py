"""The maintenance tools, in the order in which they are listed."""

from mcp_gateway.registry import Catalogue
from mcp_gateway.tools import work_orders

CATALOGUE = Catalogue.of([*work_orders.TOOLS])
