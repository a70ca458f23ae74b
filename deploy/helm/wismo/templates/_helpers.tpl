{{/* The name that everything begins with. */}}
{{- define "wismo.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "wismo.selector" -}}
app.kubernetes.io/name: wismo
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "wismo.labels" -}}
{{ include "wismo.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: wismo
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* What each kind of process is: its image, its command, its ports, whether it answers gRPC or HTTP. JSON. */}}
{{- define "wismo.parts" -}}
{{- $v := .Values -}}
{{- $parts := dict
  "orders" (dict "image" "orders" "command" (list "-m" "orders") "grpc" 50051)
  "relay" (dict "image" "orders" "command" (list "-m" "orders" "relay"))
  "notifier" (dict "image" "notifier" "command" (list "-m" "notifier") "grpc" 50052)
  "watchdog" (dict "image" "notifier" "command" (list "-m" "notifier" "watchdog"))
  "page" (dict "image" "status-page" "command" (list "-m" "status_page") "http" 8000)
  "projector" (dict "image" "status-page" "command" (list "-m" "status_page" "projector"))
  "inbound" (dict "image" "status-page" "command" (list "-m" "status_page" "inbound")) -}}
{{- range $name := list "relay" "watchdog" "inbound" }}{{- if not (index $v $name).enabled }}{{- $_ := unset $parts $name }}{{- end }}{{- end -}}
{{ toJson $parts }}
{{- end }}

{{- define "wismo.image" -}}
{{- $digest := index .root.Values.image.digests .image -}}
{{ .root.Values.image.registry }}/{{ .image }}{{ if $digest }}@{{ $digest }}{{ else }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{/* The settings of one kind of process that are no secret, by name. JSON. */}}
{{- define "wismo.settings" -}}
{{- $v := .root.Values -}}
{{- $name := include "wismo.name" .root -}}
{{- $kafka := dict "WISMO_KAFKA_BOOTSTRAP" (required "kafka.bootstrap is required: host:port[,host:port]" $v.kafka.bootstrap) -}}
{{- $topics := dict "WISMO_TOPIC_PARTITIONS" (toString $v.kafka.partitions) "WISMO_TOPIC_REPLICATION" (toString $v.kafka.replication) -}}
{{- $pageUrl := dict "WISMO_PAGE_URL" (required "page.url is required: the page's address as buyers see it" $v.page.url) -}}
{{- $orders := dict "WISMO_ORDERS_ADDRESS" (printf "%s-orders.%s.svc:50051" $name .root.Release.Namespace) -}}
{{- $care := dict "WISMO_CARE_ADDRESS" (printf "%s-notifier.%s.svc:50052" $name .root.Release.Namespace) -}}
{{- $found := dict "WISMO_OPS_LISTEN" "0.0.0.0:9000" -}}
{{- if eq .part "orders" -}}
{{- $found = merge $found $kafka $topics (dict "WISMO_ORDERS_LISTEN" "0.0.0.0:50051" "WISMO_RELAY" (ternary "off" "inline" $v.relay.enabled) "WISMO_MAX_CONNECTION_AGE" (toString $v.orders.maxConnectionAgeSeconds)) -}}
{{- else if eq .part "relay" -}}
{{- $found = merge $found $kafka $topics -}}
{{- else if eq .part "notifier" -}}
{{- $found = merge $found $kafka $topics $pageUrl $orders (dict "WISMO_CARE_LISTEN" "0.0.0.0:50052" "WISMO_WATCHDOG" (ternary "off" "inline" $v.watchdog.enabled)) -}}
{{- else if eq .part "watchdog" -}}
{{- $found = merge $found $kafka $topics $pageUrl $orders -}}
{{- else if eq .part "page" -}}
{{- $found = merge $found $pageUrl $orders $care (dict "WISMO_PAGE_LISTEN" "0.0.0.0:8000" "WISMO_TRUSTED_PROXIES" (toString $v.page.trustedProxies)) -}}
{{- if $v.page.downloads.existingClaim }}{{- $found = merge $found (dict "WISMO_DOWNLOADS_DIR" "/downloads") }}{{- end -}}
{{- else if eq .part "projector" -}}
{{- $found = merge $found $kafka -}}
{{- else if eq .part "inbound" -}}
{{- $found = merge $found $care -}}
{{- end -}}
{{- if $v.tls.secret -}}
{{- if has .part (list "orders" "notifier") }}{{- $found = merge $found (dict "WISMO_TLS_CERT_FILE" "/tls/tls.crt" "WISMO_TLS_KEY_FILE" "/tls/tls.key") }}{{- end -}}
{{- if has .part (list "notifier" "watchdog" "page") }}{{- $found = merge $found (dict "WISMO_ORDERS_CA_FILE" "/tls/ca.crt") }}{{- end -}}
{{- if has .part (list "page" "inbound") }}{{- $found = merge $found (dict "WISMO_CARE_CA_FILE" "/tls/ca.crt") }}{{- end -}}
{{- end -}}
{{- $c := $v.connections -}}
{{- if $c.mongo.caSecret }}{{- $found = merge $found (dict "WISMO_MONGO_CA_FILE" "/connections/mongo-ca/ca.crt") }}{{- end -}}
{{- if $c.mongo.certSecret }}{{- $found = merge $found (dict "WISMO_MONGO_CERT_FILE" "/connections/mongo-cert/tls.pem") }}{{- end -}}
{{- if has .part (list "orders" "relay" "notifier" "watchdog" "projector") -}}
{{- $found = merge $found (dict "WISMO_KAFKA_SECURITY_PROTOCOL" $c.kafka.protocol "WISMO_KAFKA_SASL_MECHANISM" $c.kafka.mechanism) -}}
{{- if $c.kafka.caSecret }}{{- $found = merge $found (dict "WISMO_KAFKA_CA_FILE" "/connections/kafka-ca/ca.crt") }}{{- end -}}
{{- if $c.kafka.certSecret }}{{- $found = merge $found (dict "WISMO_KAFKA_CERT_FILE" "/connections/kafka-cert/tls.crt" "WISMO_KAFKA_KEY_FILE" "/connections/kafka-cert/tls.key") }}{{- end -}}
{{- end -}}
{{- if and $c.smtp.caSecret (has .part (list "notifier" "watchdog")) }}{{- $found = merge $found (dict "WISMO_SMTP_CA_FILE" "/connections/smtp-ca/ca.crt") }}{{- end -}}
{{- toJson (merge (deepCopy ((index $v .part).settings | default dict)) (deepCopy $v.settings) $found) -}}
{{- end }}

{{/* The Secrets that are mounted for the connections of one kind of process: by volume, with its path. JSON. */}}
{{- define "wismo.mounts" -}}
{{- $c := .root.Values.connections -}}
{{- $kafka := has .part (list "orders" "relay" "notifier" "watchdog" "projector") -}}
{{- $found := dict -}}
{{- if and .root.Values.tls.secret (has .part (list "orders" "notifier" "watchdog" "page" "inbound")) }}{{- $_ := set $found "tls" (dict "secret" .root.Values.tls.secret "path" "/tls") }}{{- end -}}
{{- if $c.mongo.caSecret }}{{- $_ := set $found "mongo-ca" (dict "secret" $c.mongo.caSecret "path" "/connections/mongo-ca") }}{{- end -}}
{{- if $c.mongo.certSecret }}{{- $_ := set $found "mongo-cert" (dict "secret" $c.mongo.certSecret "path" "/connections/mongo-cert") }}{{- end -}}
{{- if and $kafka $c.kafka.caSecret }}{{- $_ := set $found "kafka-ca" (dict "secret" $c.kafka.caSecret "path" "/connections/kafka-ca") }}{{- end -}}
{{- if and $kafka $c.kafka.certSecret }}{{- $_ := set $found "kafka-cert" (dict "secret" $c.kafka.certSecret "path" "/connections/kafka-cert") }}{{- end -}}
{{- if and $c.smtp.caSecret (has .part (list "notifier" "watchdog")) }}{{- $_ := set $found "smtp-ca" (dict "secret" $c.smtp.caSecret "path" "/connections/smtp-ca") }}{{- end -}}
{{ toJson $found }}
{{- end }}

{{- define "wismo.volumeMounts" -}}
- {name: tmp, mountPath: /tmp}
{{- range $name, $one := include "wismo.mounts" . | fromJson }}
- {name: {{ $name }}, mountPath: {{ $one.path }}, readOnly: true}
{{- end }}
{{- end }}

{{- define "wismo.volumes" -}}
- name: tmp
  emptyDir: {medium: Memory, sizeLimit: 64Mi}
{{- range $name, $one := include "wismo.mounts" . | fromJson }}
- name: {{ $name }}
  secret: {secretName: {{ $one.secret }}}
{{- end }}
{{- end }}

{{/* Which keys of the Secret each kind of process is given; none sees what it does not need. JSON: required, optional. */}}
{{- define "wismo.secrets" -}}
{{- $all := dict
  "orders" (dict "required" (list "WISMO_MONGO_URL" "WISMO_SEALING_KEYS" "WISMO_ADMIN_KEY_HASH" "WISMO_SERVICE_KEY_HASH") "optional" (list "WISMO_KAFKA_USER" "WISMO_KAFKA_PASSWORD"))
  "relay" (dict "required" (list "WISMO_MONGO_URL" "WISMO_SEALING_KEYS") "optional" (list "WISMO_KAFKA_USER" "WISMO_KAFKA_PASSWORD"))
  "notifier" (dict "required" (list "WISMO_MONGO_URL" "WISMO_SMTP_URL" "WISMO_LINK_KEYS" "WISMO_SEALING_KEYS" "WISMO_SERVICE_KEY" "WISMO_SERVICE_KEY_HASH") "optional" (list "WISMO_KAFKA_USER" "WISMO_KAFKA_PASSWORD"))
  "watchdog" (dict "required" (list "WISMO_MONGO_URL" "WISMO_SMTP_URL" "WISMO_LINK_KEYS" "WISMO_SEALING_KEYS" "WISMO_SERVICE_KEY") "optional" (list "WISMO_KAFKA_USER" "WISMO_KAFKA_PASSWORD"))
  "page" (dict "required" (list "WISMO_MONGO_URL" "WISMO_COOKIE_KEY" "WISMO_LINK_KEYS" "WISMO_SEALING_KEYS" "WISMO_SERVICE_KEY") "optional" (list "WISMO_LOOKUP_KEY" "WISMO_DESK_OIDC_CLIENT_SECRET" "WISMO_INBOUND_WEBHOOK_SECRET"))
  "projector" (dict "required" (list "WISMO_MONGO_URL" "WISMO_COOKIE_KEY") "optional" (list "WISMO_LOOKUP_KEY" "WISMO_KAFKA_USER" "WISMO_KAFKA_PASSWORD"))
  "inbound" (dict "required" (list "WISMO_MONGO_URL" "WISMO_COOKIE_KEY" "WISMO_LINK_KEYS" "WISMO_SEALING_KEYS" "WISMO_SERVICE_KEY" "WISMO_INBOUND_IMAP_URL") "optional" (list "WISMO_LOOKUP_KEY")) -}}
{{- toJson (index $all .part) -}}
{{- end }}

{{- define "wismo.env" -}}
{{- $settings := include "wismo.settings" . | fromJson -}}
{{- $secrets := include "wismo.secrets" . | fromJson -}}
{{- $secretName := .root.Values.secrets.existingSecret -}}
{{- range $key, $value := $settings }}
- name: {{ $key }}
  value: {{ $value | quote }}
{{- end }}
{{- range $kind, $names := $secrets }}
{{- range $key := $names }}
- name: {{ $key }}
  valueFrom:
    secretKeyRef: {name: {{ $secretName }}, key: {{ $key }}{{ if eq $kind "optional" }}, optional: true{{ end }}}
{{- end }}
{{- end }}
{{- end }}

{{/* Pod Security "restricted". */}}
{{- define "wismo.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "wismo.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "wismo.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}
