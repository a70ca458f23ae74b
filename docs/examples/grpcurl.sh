#!/bin/sh
# Create an order, emit an event, see three errors: with grpcurl, through the server's reflection.
#     WISMO_API_KEY=wk_… sh docs/examples/grpcurl.sh [REFERENCE]
set -eu
target=${WISMO_TARGET:-127.0.0.1:50051}
merchant=$(printf %s "$WISMO_API_KEY" | cut -d_ -f2)
reference=${1:-R-$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')}
order=merchants/$merchant/orders/$reference

call() { # METHOD JSON
    grpcurl -plaintext -H "authorization: Bearer $WISMO_API_KEY" -d "$2" "$target" "wismo.orders.v1.OrdersService/$1"
}

echo "== create"
call CreateOrder '{
  "parent": "merchants/'"$merchant"'",
  "request_id": "create-'"$reference"'",
  "order": {
    "reference": "'"$reference"'",
    "buyer": {"email": "ada@buyers.test", "display_name": "Ada Lovelace", "locale": "en"},
    "lines": [{"line_id": "book", "kind": "LINE_KIND_PHYSICAL", "title": "Northern Lights"}]
  }
}'

echo "== emit"
shipped='{
  "order": "'"$order"'",
  "request_id": "ship-'"$reference"'",
  "event": {"parcel_shipped": {"parcel_id": "P-1", "carrier": "dhl", "tracking_number": "00340434161094021501", "handed_over": true}}
}'
call RecordEvent "$shipped"

echo "== the same again: the same answer"
call RecordEvent "$shipped"

echo "== refused: the request_id was used for something else"
call RecordEvent "$(printf %s "$shipped" | sed s/P-1/P-2/)" || true

echo "== refused: a field that is missing"
call RecordEvent '{"order": "'"$order"'", "request_id": "x", "event": {"parcel_shipped": {"carrier": "dhl"}}}' || true

echo "== refused: an order that does not exist, or is another merchant's"
call GetOrder '{"name": "merchants/someone-else/orders/'"$reference"'"}' || true
