"""ChargesService: may a trial be charged?"""

from dataclasses import dataclass

from orders.domain.values import Money
from orders.rpc.calls import Access, Call, Rpc, Unary
from orders.use_cases.charges import Charges
from wismo.orders.v1 import questions_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class ChargeCalls:
    """The call that a backend makes before it charges."""

    charges: Charges

    def rpcs(self) -> dict[str, Rpc]:
        """The call by name, with who may make it."""
        return {"CheckCharge": Unary(pb.CheckChargeRequest, Access.READ, self.check)}

    async def check(self, request: pb.CheckChargeRequest, call: Call) -> pb.CheckChargeResponse:
        amount = Money(request.amount.currency_code, request.amount.units, request.amount.nanos)
        verdict = await self.charges.check(call.principal, request.order, request.line_id, amount)
        answer = pb.CheckChargeResponse(
            may_charge=verdict.may_charge,
            obstacle=int(verdict.obstacle),  # type: ignore[arg-type]  # The domain's numbers are the protos'.
            explanation=verdict.explanation,
        )
        if verdict.may_charge_at is not None:
            answer.may_charge_at.FromDatetime(verdict.may_charge_at)
        return answer
