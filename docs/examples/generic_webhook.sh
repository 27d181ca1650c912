#!/bin/sh
# Sends the JSON message on standard input to Kelrodis over its generic signed webhook, with curl and openssl:
#   echo '{"message_id": "1", "conversation": "visitor-81", "text": "where to get food"}' |
#     KELRODIS_ADDRESS=https://example.org KELRODIS_GENERIC_SECRET=… sh generic_webhook.sh
set -eu

body=$(cat)
timestamp=$(date +%s)
# openssl says the name of the algorithm or a star after the 64 digits: only these are sent.
signature=$(printf '%s.%s' "$timestamp" "$body" | openssl dgst -sha256 -hmac "$KELRODIS_GENERIC_SECRET" -r | cut -c 1-64)

curl --fail-with-body --silent --show-error "$KELRODIS_ADDRESS/channels/generic" \
  --header "Content-Type: application/json" \
  --header "X-Kelrodis-Timestamp: $timestamp" \
  --header "X-Kelrodis-Signature: $signature" \
  --data-binary "$body"
