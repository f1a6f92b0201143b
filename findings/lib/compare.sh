# Sourced by findings about programs of Debian: what was seen beside what the finding says, and the verdict.
changed=0

# compare WHAT EXPECTED FOUND SEEN
compare() {
  printf '\n%s\n  one would expect: %s\n  seen:             %s\n' "$1" "$2" "$4"
  [ "$3" = "$4" ] && return
  printf '  this finding says: %s\n' "$3"
  changed=1
}

# Ends the script: with 1 when anything has changed.
verdict() {
  if [ "$changed" = 0 ]; then
    printf '\nThe finding holds.\n'
  else
    printf '\nTHE BEHAVIOUR HAS CHANGED.\n'
  fi
  exit "$changed"
}
