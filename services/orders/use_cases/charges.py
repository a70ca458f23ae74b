"""May a trial be charged now (row M9)?"""

from dataclasses import dataclass

from chassis.clock import Clock
from orders.domain.charging import Asked, Verdict, may_charge
from orders.domain.values import Money
from orders.use_cases.credentials import Principal
from orders.use_cases.errors import order_not_found
from orders.use_cases.names import order_key
from orders.use_cases.orders import Orders, own_order


@dataclass(frozen=True, slots=True)
class Charges:
    """The call that a merchant's backend makes before it charges."""

    orders: Orders
    clock: Clock

    async def check(self, principal: Principal, name: str, line_id: str, amount: Money) -> Verdict:
        """Whether this may be charged now, and if not, why not. Changes nothing."""
        own_order(principal, name)
        merchant = await self.orders.merchant_for(name)
        stored = await self.orders.store.find(order_key(name))
        if stored is None or stored.order.name != name:
            raise order_not_found(name)
        return may_charge(stored.order, line_id, Asked(amount, self.clock.now(), merchant.policy.charge_notice))
