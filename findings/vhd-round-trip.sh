#!/bin/sh
# An image of 1 GiB that qemu-img writes as VHD, and back, is larger than 1 GiB, and does not fit on the volume that it came
# from: VHD's geometry rounds up. As a fixed VHD, which Azure asks for, it is not known as a VHD any more by qemu-img itself:
# unless told, it reads it as a raw disk with 512 bytes more.
. "$(dirname -- "$0")/lib/debian.sh"
unpack qemu-utils libaio1 liburing2
export LD_LIBRARY_PATH="$(dirname "$(find "$folder" -name 'libaio.so.1')"):$(dirname "$(find "$folder" -name 'liburing.so.2')")"
cd "$folder"
truncate -s 1G volume
there() { qemu-img convert -f raw -O vpc "$@" volume disk.vhd; }
back() { qemu-img convert "$@" -O raw disk.vhd again && stat -c %s again; }

qemu-img --version | head -n 1
there
compare 'bytes of 1 GiB that went through VHD' 1073741824 1073995776 "$(back -f vpc)"
there -o force_size=on
compare 'with force_size' 1073741824 1073741824 "$(back -f vpc)"
there -o subformat=fixed,force_size=on
compare 'a fixed VHD: its format, by qemu-img info' vpc raw "$(qemu-img info disk.vhd | sed -n 's/^file format: //p')"
compare 'bytes of it that came back' 1073741824 1073742336 "$(back)"
compare 'told that it is a VHD' 1073741824 1073741824 "$(back -f vpc)"
verdict
