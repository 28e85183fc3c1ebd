#!/usr/bin/env bash
# The chart: what `helm lint` and `helm template` say of it, and that the pod it makes keeps to the restricted
# profile. The controller's file inside the ConfigMap is read by the program itself, when it is built.
set -u
cd "$(dirname "$0")/../.."
passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
helm=${HELM:-$(command -v helm || true)}
if [ -z "$helm" ] && command -v go >/dev/null; then # a Go module like any other; it takes some minutes to build
    (cd "$work" && GOBIN=$work/bin go install helm.sh/helm/v3/cmd/helm@v3.16.4) 2>"$work/err" && helm=$work/bin/helm
fi
if [ -z "$helm" ]; then
    echo "SKIPPED there is no helm, and it could not be built with go: neither lint nor template was run"
    echo "0 passed, 0 failed"
    exit 0
fi

check() { # check TEXT COMMAND...
    local text=$1
    shift
    if "$@" >"$work/out" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n' "$text"
        tail -20 "$work/out"
    fi
}
lacks() { ! grep -qE "$1" "$2"; }

cat >"$work/values.yaml" <<'EOF'
config:
  repositories:
    shop: {url: https://git.example.com/acme/shop.git, token: {file: /run/secrets/cutover/git/token}}
  materialize:
    url: postgres://cutover@mz.example.com:6875/materialize?sslmode=verify-full
    password: {file: /run/secrets/cutover/materialize/password}
  notifiers:
    data-team: {type: slack, url: {env: SLACK_URL}}
secretFiles: {git: shop-git-token, materialize: materialize-password}
secretEnv:
  SLACK_URL: {secret: slack, key: url}
service: {enabled: true}
EOF

render() { "$helm" template cutover helm/cutover "$@"; }
render -f "$work/values.yaml" >"$work/pod.yaml" 2>"$work/err" || cat "$work/err"

check "lint with values" "$helm" lint --strict helm/cutover -f "$work/values.yaml"
check "a chart without a repository is refused" bash -c "! '$helm' template cutover helm/cutover"
check "a ConfigMap of one's own is enough" render --set existingConfigMap=mine
check "the file is where the program looks" grep -q 'mountPath: /etc/cutover$' "$work/pod.yaml"
check "secrets are mounted as files" grep -q 'mountPath: /run/secrets/cutover/git$' "$work/pod.yaml"
check "secrets come as variables" grep -q 'name: SLACK_URL' "$work/pod.yaml"
check "no token of the cluster reaches the pod" grep -q 'automountServiceAccountToken: false' "$work/pod.yaml"
for line in 'runAsNonRoot: true' 'allowPrivilegeEscalation: false' 'readOnlyRootFilesystem: true' 'drop: \[ALL\]|- ALL' \
    'type: RuntimeDefault' 'path: /healthz, port: metrics' 'path: /readyz, port: metrics' 'kind: Service$'; do
    check "the pod says $line" grep -qE "$line" "$work/pod.yaml"
done
check "no rights in the cluster are asked for" lacks 'kind: (Cluster)?Role' "$work/pod.yaml"

# The controller reads the very file that the ConfigMap holds.
if [ -x build/test_config ]; then
    awk '/^  config.yaml: \|/ {on = 1; next} on && /^---/ {exit} on {sub(/^    /, ""); print}' "$work/pod.yaml" >"$work/config.yaml"
    check "the controller accepts the file" env CUTOVER_SETTINGS="$work/config.yaml" build/test_config
else
    echo "SKIPPED the controller's reading of the file: build/test_config is not built"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
