{{- define "parley.name" -}}
{{- printf "%s" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Of a role: (dict "root" . "role" "gateway") */}}
{{- define "parley.selector" -}}
app.kubernetes.io/name: parley
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end -}}

{{- define "parley.labels" -}}
{{ include "parley.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "parley.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* A pod of a role: (dict "root" . "role" "gateway" "values" .Values.gateway) */}}
{{- define "parley.pod" -}}
metadata:
  labels:
    {{- include "parley.labels" . | nindent 4 }}
  annotations:
    prometheus.io/scrape: "true"
    prometheus.io/port: "9090"
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    seccompProfile:
      type: RuntimeDefault
  {{- with .root.Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "parley.selector" . | nindent 10 }}
  containers:
    - name: parley
      image: {{ include "parley.image" .root | quote }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      env:
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        - name: PARLEY_ROLE
          value: {{ .role }}
        - name: PARLEY_OPS_HOST
          value: 0.0.0.0
        - name: PARLEY_DATA_DIR
          value: /var/lib/parley/data
        - name: NODE_OPTIONS
          value: "--max-old-space-size={{ .values.maxOldSpaceMiB }}"
        - name: PARLEY_EVENT_STORE_FILE
          value: /run/secrets/parley/{{ .root.Values.secret.keys.eventStore }}
        - name: PARLEY_DATABASE_URL_FILE
          value: /run/secrets/parley/{{ .root.Values.secret.keys.database }}
        - name: PARLEY_REDIS_URL_FILE
          value: /run/secrets/parley/{{ .root.Values.secret.keys.redis }}
        {{- with .root.Values.secret.keys.jwt }}
        - name: PARLEY_JWT_SECRET_FILE
          value: /run/secrets/parley/{{ . }}
        {{- end }}
        - name: PARLEY_STREAM_SECRET_FILE
          value: /run/secrets/parley/{{ .root.Values.secret.keys.stream }}
        - name: PARLEY_CLUSTER_SECRET_FILE
          value: /run/secrets/parley/{{ .root.Values.secret.keys.cluster }}
        - name: PARLEY_MASTER_KEY_FILE
          value: /run/secrets/parley/{{ .root.Values.secret.keys.masterKey }}
        {{- if eq .role "runner" }}
        {{- /* The pod's own name is in its hosts file, so that it can listen there before any name server knows it. */}}
        - name: PARLEY_RUNNER_ADDRESS
          value: "$(POD_NAME).{{ include "parley.name" .root }}-runner.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}:7800"
        {{- end }}
        {{- if eq .role "gateway" }}
        - name: PARLEY_HTTP_HOST
          value: 0.0.0.0
        {{- with .root.Values.trustedProxies }}
        - name: PARLEY_TRUSTED_PROXIES
          value: {{ . | quote }}
        {{- end }}
        {{- end }}
        {{- range $key, $value := merge (dict) .values.config .root.Values.config }}
        - name: {{ $key }}
          value: {{ $value | quote }}
        {{- end }}
      ports:
        - name: ops
          containerPort: 9090
        {{- if eq .role "gateway" }}
        - name: http
          containerPort: 8080
        {{- end }}
        {{- if eq .role "runner" }}
        - name: peers
          containerPort: 7800
        {{- end }}
      {{- /* It migrates the database, and loads for seconds on a busy machine. */}}
      startupProbe:
        httpGet: { path: /healthz, port: ops }
        periodSeconds: 2
        failureThreshold: 90
      livenessProbe:
        httpGet: { path: /healthz, port: ops }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /readyz, port: ops }
        periodSeconds: 2
        timeoutSeconds: 2
        failureThreshold: 1
      {{- if eq .role "gateway" }}
      lifecycle:
        preStop:
          exec:
            command: ["sleep", "{{ .values.preStopSeconds }}"]
      {{- end }}
      resources:
        {{- toYaml .values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      volumeMounts:
        - name: secrets
          mountPath: /run/secrets/parley
          readOnly: true
        - name: data
          mountPath: /var/lib/parley
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: secrets
      secret:
        secretName: {{ .root.Values.secret.name }}
        defaultMode: 0440
    - name: data
      emptyDir: {}
    - name: tmp
      emptyDir: {}
{{- end -}}

{{/* A disruption budget: (dict "root" . "role" "gateway" "values" .Values.gateway) */}}
{{- define "parley.budget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "parley.name" .root }}-{{ .role }}
  labels:
    {{- include "parley.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ .values.maxUnavailable }}
  selector:
    matchLabels:
      {{- include "parley.selector" . | nindent 6 }}
{{- end -}}
