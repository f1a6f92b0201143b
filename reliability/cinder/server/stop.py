"""Ends the servers of a folder: `pnpm cinder stop`."""

import argparse
import shutil
import signal

import common

parser = argparse.ArgumentParser(prog='pnpm cinder stop')
parser.add_argument('--dir', default=common.DEFAULT_DIR)
parser.add_argument('--kill', action='store_true', help='without time to finish work, as a power failure would')
parser.add_argument('--delete', action='store_true', help='and remove the folder with all data')
options = parser.parse_args()

for name in common.end_all(options.dir, signal.SIGKILL if options.kill else signal.SIGTERM):
    common.say('%s ended' % name)
if options.delete:
    shutil.rmtree(options.dir, ignore_errors=True)
