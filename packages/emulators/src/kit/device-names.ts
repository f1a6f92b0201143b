/** The first of `/dev/vdb`, …, `/dev/vdz`, `/dev/vdaa`, … that is not used: `/dev/vda` is the disk that a server starts from. */
export function nextDevice(used: Iterable<string>): string {
  const taken = new Set(used);
  const letters = (index: number): string => {
    const last = String.fromCharCode(97 + (index % 26));
    return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
  };
  let index = 1;
  while (taken.has(`/dev/vd${letters(index)}`)) index += 1;
  return `/dev/vd${letters(index)}`;
}
