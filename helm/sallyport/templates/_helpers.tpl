{{- define "sallyport.name" -}}
{{- if contains "sallyport" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-sallyport" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "sallyport.operator" -}}
{{ include "sallyport.name" . }}-operator
{{- end }}

{{- define "sallyport.signingKey" -}}
{{ include "sallyport.operator" . }}-signing-key
{{- end }}

{{/* What tells the operator's pods from all others: Deployment, Service and the sandboxes' NetworkPolicies use it. */}}
{{- define "sallyport.selector" -}}
app.kubernetes.io/name: sallyport
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "sallyport.labels" -}}
{{ include "sallyport.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* repository@digest, or repository:tag with the appVersion as the default tag. */}}
{{- define "sallyport.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ .image.tag | default .appVersion }}
{{- end -}}
{{- end }}

{{/* name=value,name=value */}}
{{- define "sallyport.pairs" -}}
{{- $pairs := list -}}
{{- range $name, $value := . -}}
{{- $pairs = append $pairs (printf "%s=%v" $name $value) -}}
{{- end -}}
{{ join "," $pairs }}
{{- end }}

{{/* Where the pod policies look: wherever the operator works, so that two releases don't refuse each other's pods. */}}
{{- define "sallyport.podPolicyNamespaces" -}}
{{- with .Values.watchNamespaces -}}
namespaceSelector:
  matchExpressions:
    - key: kubernetes.io/metadata.name
      operator: In
      values:
        {{- toYaml . | nindent 8 }}
{{- end }}
{{- end }}
