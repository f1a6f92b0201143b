/** `/dev/vdb`, `/dev/vdc`, … `/dev/vdz`, `/dev/vdaa`, …: `/dev/vda` is the disk that a server starts from. */
export function nextDevice(used: readonly string[]): string {
  for (let index = 1; ; index += 1) {
    const device = `/dev/vd${letters(index)}`;
    if (!used.includes(device)) return device;
  }
}

function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
