import { formatAppleInstant } from "../messages.ts";
import type { StreamOperation } from "./changes.ts";
import type { DeviceState, DeviceFleet } from "./fleet.ts";
import { HARDWARE_MODELS, type Hardware } from "./hardware.ts";

/** Value of `device_assigned_by` for all devices. */
const ASSIGNED_BY = "simulator@example.jp";

/**
 * Form of the device data for a protocol version: clients of older versions do not receive the device family and the
 * operating system, or receive iPadOS as iOS. @see apple 2 (X-Server-Protocol-Version)
 */
export type ProtocolDialect = "no-os" | "no-ipados" | "full";

/** Returns a protocol version's dialect.  @param version value of `X-Server-Protocol-Version`; 1 if missing */
export const getProtocolDialect = (version: number): ProtocolDialect =>
  version < 2 ? "no-os" : version < 7 ? "no-ipados" : "full";

const renderOperatingSystem = ({ os, family }: Hardware, dialect: ProtocolDialect): string => {
  if (dialect === "no-os") return "";
  const told = os === "iPadOS" && dialect === "no-ipados" ? "iOS" : os;
  return `,"device_family":"${family}","os":"${told}"`;
};

const renderHardware = (hardware: Hardware, dialect: ProtocolDialect): string =>
  `","model":${JSON.stringify(hardware.model)},"description":${JSON.stringify(hardware.description)},"color":"${hardware.color}"${renderOperatingSystem(hardware, dialect)}`;

const PROTOCOL_DIALECTS: readonly ProtocolDialect[] = ["no-os", "no-ipados", "full"];

const RENDERED_HARDWARE = new Map(
  PROTOCOL_DIALECTS.map((dialect) => [dialect, HARDWARE_MODELS.map((hardware) => renderHardware(hardware, dialect))]),
);

const DEVICE_JSON_START = '{"serial_number":"';

const renderAssignment = (assignedAt: number): string =>
  `,"device_assigned_by":"${ASSIGNED_BY}","device_assigned_date":"${formatAppleInstant(assignedAt)}"`;

function renderDeviceState({ assignedAt, status, profile, profileAt, pushedAt }: DeviceState): string {
  const parts = [`,"profile_status":"${status}"`];
  if (profile !== undefined) parts.push(`,"profile_uuid":"${profile}"`);
  if (profileAt !== undefined) parts.push(`,"profile_assign_time":"${formatAppleInstant(profileAt)}"`);
  if (pushedAt !== undefined) parts.push(`,"profile_push_time":"${formatAppleInstant(pushedAt)}"`);
  return parts.join("") + renderAssignment(assignedAt);
}

/** Renders devices as JSON in the format of the device service. */
export class DeviceRenderer {
  readonly #fleet: DeviceFleet;
  /** JSON after the serial number of a device in its initial state, by hardware number */
  readonly #untouched = new Map<ProtocolDialect, readonly string[]>();

  constructor(fleet: DeviceFleet) {
    this.#fleet = fleet;
  }

  /** Renders the JSON object of one device. */
  of(place: number, dialect: ProtocolDialect): string {
    const fleet = this.#fleet;
    const [serial, hardware] = [fleet.serialAt(place), fleet.hardwareNumberAt(place)];
    if (fleet.isUntouched(place))
      return `${DEVICE_JSON_START}${serial}${this.#untouchedTexts(dialect, place)[hardware]}`;
    return `${DEVICE_JSON_START}${serial}${RENDERED_HARDWARE.get(dialect)?.[hardware]}${renderDeviceState(fleet.stateAt(place))}}`;
  }

  /** Renders the JSON object of one device with its change. A deleted device has no profile. */
  ofChange(place: number, dialect: ProtocolDialect, operation: StreamOperation, at: number): string {
    const fleet = this.#fleet;
    const state = fleet.stateAt(place);
    const told: DeviceState =
      operation === "deleted"
        ? { ...state, status: "empty", profile: undefined, profileAt: undefined, pushedAt: undefined }
        : state;
    const hardware = RENDERED_HARDWARE.get(dialect)?.[fleet.hardwareNumberAt(place)];
    const change = `,"op_type":"${operation}","op_date":"${formatAppleInstant(at)}"}`;
    return `${DEVICE_JSON_START}${fleet.serialAt(place)}${hardware}${renderDeviceState(told)}${change}`;
  }

  #untouchedTexts(dialect: ProtocolDialect, place: number): readonly string[] {
    const known = this.#untouched.get(dialect);
    if (known !== undefined) return known;
    const state = renderDeviceState(this.#fleet.stateAt(place));
    const texts = (RENDERED_HARDWARE.get(dialect) ?? []).map((hardware) => `${hardware}${state}}`);
    this.#untouched.set(dialect, texts);
    return texts;
  }
}
