const HARDWARE = [
  ["iPhone", "iOS", "iPhone 16e", "BLACK"],
  ["iPhone", "iOS", "iPhone 16", "WHITE"],
  ["iPhone", "iOS", "iPhone 15", "BLUE"],
  ["iPad", "iPadOS", "iPad (A16)", "SILVER"],
  ["Mac", "OSX", "MacBook Air", "MIDNIGHT"],
  ["AppleTV", "tvOS", "Apple TV 4K", "BLACK"],
].map(
  ([family, os, model = "", color]) =>
    `","model":"${model}","description":"${model.toUpperCase()} ${color}","color":"${color}","device_family":"${family}","os":"${os}"`,
);

/** A device of the organisation. Times are in milliseconds. */
export interface SimulatedDevice {
  readonly serial: string;
  readonly hardware: number;
  /** name of the MDM server; undefined if the device has none or has left the organisation */
  server: string | undefined;
  status: "empty" | "assigned" | "pushed" | "removed";
  assignedAt: number;
  /** time of the last change; all changes of a device are in different seconds */
  changedAt: number;
}

interface DeviceChange {
  readonly server: string;
  readonly device: SimulatedDevice;
  readonly operation: "added" | "modified" | "deleted";
  readonly at: number;
}

export const formatAppleInstant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const SECOND_MS = 1000;

/** The devices of an organisation, and the stream of their changes. */
export class Devices {
  readonly all: SimulatedDevice[] = [];
  readonly changes: DeviceChange[] = [];
  readonly #bySerial = new Map<string, SimulatedDevice>();
  readonly #clock: () => number;
  readonly #offset: number;

  /** @param seed determines the serial numbers */
  constructor(clock: () => number, seed: string) {
    this.#clock = clock;
    this.#offset = Buffer.from(seed).reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7);
  }

  find(serial: string): SimulatedDevice | undefined {
    return this.#bySerial.get(serial);
  }

  add(server: string, serial?: string, isSilent = false): SimulatedDevice {
    const place = this.all.length + this.#offset;
    const now = this.#clock();
    const device: SimulatedDevice = {
      // like the numbers of real devices, these are not in order
      serial: serial ?? `SIM${(Math.imul(place, 0x9e37_79b1) >>> 0).toString(36).toUpperCase().padStart(9, "0")}`,
      hardware: this.all.length % HARDWARE.length,
      server,
      status: "empty",
      assignedAt: now,
      changedAt: now,
    };
    this.all.push(device);
    this.#bySerial.set(device.serial, device);
    if (!isSilent) this.#tell(device, server, "added");
    return device;
  }

  move(device: SimulatedDevice, server: string | undefined, isSilent = false): void {
    const { server: before } = device;
    if (before === server) return;
    device.server = server;
    device.status = "empty";
    device.assignedAt = this.#clock();
    if (isSilent) return;
    if (before !== undefined) this.#tell(device, before, "deleted");
    if (server !== undefined) this.#tell(device, server, "added");
  }

  setStatus(device: SimulatedDevice, status: SimulatedDevice["status"]): void {
    device.status = status;
    if (device.server !== undefined) this.#tell(device, device.server, "modified");
  }

  #tell(device: SimulatedDevice, server: string, operation: DeviceChange["operation"]): void {
    const at = Math.max(this.#clock(), (Math.floor(device.changedAt / SECOND_MS) + 1) * SECOND_MS);
    device.changedAt = at;
    this.changes.push({ server, device, operation, at });
  }
}

export const renderDevice = (device: SimulatedDevice, change?: Pick<DeviceChange, "operation" | "at">): string => {
  const operation =
    change === undefined ? "" : `,"op_type":"${change.operation}","op_date":"${formatAppleInstant(change.at)}"`;
  return `{"serial_number":"${device.serial}${HARDWARE[device.hardware]},"profile_status":"${device.status}","device_assigned_by":"apple@example.jp","device_assigned_date":"${formatAppleInstant(device.assignedAt)}"${operation}}`;
};
