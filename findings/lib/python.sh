# Sourced by findings that are written in Python and run packages of Debian 12: see debian.sh and finding.py.
. "$(dirname -- "$0")/lib/debian.sh"
cp "$(dirname -- "$0")"/lib/*.py "$folder"

# unpack_ansible: Ansible, with nothing of the machine's own settings and collections.
unpack_ansible() {
  unpack ansible ansible-core python3-jinja2 python3-markupsafe python3-yaml python3-packaging python3-resolvelib "$@"
  : >"$folder/ansible.cfg"
  export HOME="$folder" ANSIBLE_CONFIG="$folder/ansible.cfg" ANSIBLE_COLLECTIONS_PATH="$folder" ANSIBLE_REMOTE_TMP="$folder/remote"
  export ANSIBLE_LOAD_CALLBACK_PLUGINS=true ANSIBLE_STDOUT_CALLBACK=json
}

# run: the script on standard input, with what was unpacked.
run() {
  cat >"$folder/run.py"
  env no_proxy='*' PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -W ignore "$folder/run.py"
}
