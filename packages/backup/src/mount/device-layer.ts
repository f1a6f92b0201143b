/** The machine's side: its block devices and mounts. All that touches the operating system is behind this seam. */

/** A whole disk of this machine, not a partition of one. */
export interface BlockDevice {
  /** Such as `/dev/sda`. */
  readonly path: string;
  /** Tells this disk from one that had the same path before it, and from one that will have it after. */
  readonly identity: string;
  /** Its names in `/dev/disk/by-id`. */
  readonly links: readonly string[];
  /** What the disk gives as its serial number, where it gives one. */
  readonly serial?: string;
  /** Its size in bytes. */
  readonly sizeBytes: number;
  /** Who uses it, as the end of a sentence that begins with "it is", such as `mounted at /srv`. Absent: nobody. */
  readonly usedBy?: string;
}

/** What to mount, and how. */
export interface MountRequest {
  /** Path of the device. */
  readonly device: string;
  /** Name of the temporary volume, by which the mount is known to be ours. */
  readonly name: string;
  /**
   * Whether a journal may be replayed, which writes to the device. Without, a filesystem whose journal holds changes is
   * refused: read as it stands it would be inconsistent.
   */
  readonly mayReplay: boolean;
}

/** What will be asked of a machine. */
export interface DeviceNeeds {
  /** Whether a filesystem is to be mounted. */
  readonly mount: boolean;
}

/** How a call on the machine is made. */
export interface DeviceCall {
  /** Stops the call. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** Whether the process that has claimed a temporary volume still runs. `unknown`: nobody on this machine has. */
export type ClaimState = "live" | "ended" | "unknown";

/** A machine that volumes are attached to. `createLinuxDevices` is the real one; fake it freely in tests. */
export interface DeviceLayer {
  /**
   * Called before anything is made: refuses a machine on which a device could not be given. Absent: nothing is asked of it.
   * @throws PolyvolError `unsupported`, `permission_denied`, `failed_precondition`
   */
  prepare?(needs: DeviceNeeds): Promise<void>;
  /** All whole disks that are there now. */
  list(call?: DeviceCall): Promise<readonly BlockDevice[]>;
  /** Makes the device refuse writes. */
  setReadOnly(device: string, call?: DeviceCall): Promise<void>;
  /**
   * Mounts a filesystem read-only and returns where.
   * @throws PolyvolError `failed_precondition` for one that cannot be mounted; `permission_denied` without the right to
   */
  mount(request: MountRequest, call?: DeviceCall): Promise<string>;
  /** Unmounts what {@link DeviceLayer.mount} mounted under that name, in whichever process. Nothing there is success. */
  unmount(name: string): Promise<void>;
  /** Says to other processes of this machine that this one uses the temporary volume; `false` where another does. */
  claim(name: string): Promise<boolean>;
  /** Ends the claim, whosever it is. `left`: the volume is still there, and the next run may remove it. */
  release(name: string, outcome: "removed" | "left"): Promise<void>;
  /** Whether the process that claimed the name still runs. */
  claimOf(name: string): Promise<ClaimState>;
  /**
   * Runs `task` while no other process of this machine runs one: two that attach at once could take each other's device,
   * where only its being new tells whose it is. Absent: this process alone attaches volumes here, one after the other.
   */
  alone?<T>(task: () => Promise<T>, call?: DeviceCall): Promise<T>;
  /**
   * Whether something uses the disk that {@link DeviceLayer.list} does not show, such as a mount of a container. Absent:
   * that is not known.
   */
  isInUse?(device: string): Promise<boolean>;
  /** How many bytes were read from the device so far. Absent, or `undefined`: that is not known. */
  bytesRead?(device: string): Promise<number | undefined>;
}
