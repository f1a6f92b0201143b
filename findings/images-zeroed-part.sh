#!/bin/sh
# A part of a disk that was set to zero, as by a discard (fstrim) or a write of zeros, is marked in a qcow2 of version 3 or a VMDK with zeroed grains, and
# its old data or none stand behind the mark. libqcow and libvmdk, by which forensic tools and mounts read such images, do not know the mark:
# they give what was there before, or the head of the image file itself, and no error. 7-Zip and qemu-img read zeros. Debian 12's.
. "$(dirname -- "$0")/lib/debian.sh"
unpack qemu-utils libaio1 liburing2 libbfio1 libqcow1 python3-libqcow libvmdk1 python3-libvmdk 7zip
LD_LIBRARY_PATH=$(dirname "$(find "$folder" -name 'libqcow.so.1')")
export LD_LIBRARY_PATH
cd "$folder"

# 8 MiB of text in each image; of its sixth and seventh MiB nothing is left.
head -c 8M /dev/zero | tr '\0' x >written
for name in discarded.qcow2 zeroed.qcow2; do qemu-img convert -f raw -O qcow2 written "$name"; done
qemu-img convert -f raw -O vmdk -o zeroed_grain=on written zeroed.vmdk
qemu-io -d unmap -c 'discard 5M 2M' discarded.qcow2 >said
qemu-io -c 'write -z 5M 2M' zeroed.qcow2 >said
qemu-io -c 'write -z 5M 2M' zeroed.vmdk >said

# told BYTES: what two MiB on standard input hold.
told() {
  cat >part
  if [ "$(tr -d '\0' <part | wc -c)" = 0 ]; then
    echo zeros
  elif [ "$(tr -d x <part | wc -c)" = 0 ]; then
    echo 'what was written before'
  else
    echo "something else, beginning with $(head -c 3 part)"
  fi
}
cat >read.py <<'SCRIPT'
import sys, pyqcow, pyvmdk
name = sys.argv[1]
image = pyqcow.file() if name.endswith("qcow2") else pyvmdk.handle()
image.open(name)
if name.endswith("vmdk"):
    image.open_extent_data_files()
sys.stdout.buffer.write(image.read_buffer_at_offset(2 << 20, 5 << 20))
SCRIPT
part() { tail --bytes +5242881 | head -c 2M | told; }
by_library() { /usr/bin/python3 read.py "$1" | told; }
by_qemu() { qemu-img convert -O raw "$1" raw && part <raw; }
by_7zip() { 7zz x -y -so "$1" 2>said | part; }

compare 'a qcow2, after a discard: qemu-img' zeros zeros "$(by_qemu discarded.qcow2)"
compare 'the same: 7-Zip' zeros zeros "$(by_7zip discarded.qcow2)"
compare 'the same: libqcow' zeros 'something else, beginning with QFI' "$(by_library discarded.qcow2)"
compare 'a qcow2, after zeros were written: qemu-img' zeros zeros "$(by_qemu zeroed.qcow2)"
compare 'the same: libqcow' zeros 'what was written before' "$(by_library zeroed.qcow2)"
compare 'a VMDK, after zeros were written: qemu-img' zeros zeros "$(by_qemu zeroed.vmdk)"
compare 'the same: 7-Zip' zeros zeros "$(by_7zip zeroed.vmdk)"
compare 'the same: libvmdk' zeros 'something else, beginning with # D' "$(by_library zeroed.vmdk)"
verdict
