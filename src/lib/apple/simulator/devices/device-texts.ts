import { instant } from "../messages.ts";
import type { StreamOperation } from "./changes.ts";
import type { DeviceState, Fleet } from "./fleet.ts";
import { HARDWARE, type Hardware } from "./hardware.ts";

/** Who assigned the devices, as the service tells it. */
const ASSIGNED_BY = "simulator@example.jp";

/** What a client that speaks an older version of the protocol is not told. @see apple 2 (X-Server-Protocol-Version) */
export type Dialect = "no-os" | "no-ipados" | "full";

/** @param version of `X-Server-Protocol-Version`; 1 where it is missing */
export const dialectOf = (version: number): Dialect => (version < 2 ? "no-os" : version < 7 ? "no-ipados" : "full");

const osOf = ({ os, family }: Hardware, dialect: Dialect): string => {
  if (dialect === "no-os") return "";
  const told = os === "iPadOS" && dialect === "no-ipados" ? "iOS" : os;
  return `,"device_family":"${family}","os":"${told}"`;
};

const hardwareText = (hardware: Hardware, dialect: Dialect): string =>
  `","model":${JSON.stringify(hardware.model)},"description":${JSON.stringify(hardware.description)},"color":"${hardware.color}"${osOf(hardware, dialect)}`;

const DIALECTS: readonly Dialect[] = ["no-os", "no-ipados", "full"];

const HARDWARE_TEXTS = new Map(
  DIALECTS.map((dialect) => [dialect, HARDWARE.map((hardware) => hardwareText(hardware, dialect))]),
);

const HEAD = '{"serial_number":"';

const assignment = (assignedAt: number): string =>
  `,"device_assigned_by":"${ASSIGNED_BY}","device_assigned_date":"${instant(assignedAt)}"`;

function stateText({ assignedAt, status, profile, profileAt, pushedAt }: DeviceState): string {
  const parts = [`,"profile_status":"${status}"`];
  if (profile !== undefined) parts.push(`,"profile_uuid":"${profile}"`);
  if (profileAt !== undefined) parts.push(`,"profile_assign_time":"${instant(profileAt)}"`);
  if (pushedAt !== undefined) parts.push(`,"profile_push_time":"${instant(pushedAt)}"`);
  return parts.join("") + assignment(assignedAt);
}

/** Writes devices as the device service does, in JSON. */
export class DeviceTexts {
  readonly #fleet: Fleet;
  /** what stands behind the serial number of a device that is as on the first day, by its hardware */
  readonly #untouched = new Map<Dialect, readonly string[]>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** The object of one device. */
  of(place: number, dialect: Dialect): string {
    const fleet = this.#fleet;
    const [serial, hardware] = [fleet.serialAt(place), fleet.hardwareNumberAt(place)];
    if (fleet.isUntouched(place)) return `${HEAD}${serial}${this.#untouchedTexts(dialect, place)[hardware]}`;
    return `${HEAD}${serial}${HARDWARE_TEXTS.get(dialect)?.[hardware]}${stateText(fleet.stateAt(place))}}`;
  }

  /** The same with what the change stream tells; of one that is gone no profile is told. */
  ofChange(place: number, dialect: Dialect, operation: StreamOperation, at: number): string {
    const fleet = this.#fleet;
    const state = fleet.stateAt(place);
    const told: DeviceState =
      operation === "deleted"
        ? { ...state, status: "empty", profile: undefined, profileAt: undefined, pushedAt: undefined }
        : state;
    const hardware = HARDWARE_TEXTS.get(dialect)?.[fleet.hardwareNumberAt(place)];
    const change = `,"op_type":"${operation}","op_date":"${instant(at)}"}`;
    return `${HEAD}${fleet.serialAt(place)}${hardware}${stateText(told)}${change}`;
  }

  #untouchedTexts(dialect: Dialect, place: number): readonly string[] {
    const known = this.#untouched.get(dialect);
    if (known !== undefined) return known;
    const state = stateText(this.#fleet.stateAt(place));
    const texts = (HARDWARE_TEXTS.get(dialect) ?? []).map((hardware) => `${hardware}${state}}`);
    this.#untouched.set(dialect, texts);
    return texts;
  }
}
