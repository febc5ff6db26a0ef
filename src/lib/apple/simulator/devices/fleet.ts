import type { SeededIds } from "../ids.ts";
import { HARDWARE_MODELS, type Hardware } from "./hardware.ts";
import { SerialNumberCodec } from "./serials.ts";

/** Values used in place of a server number for a device that is not assigned to an MDM server of the organisation. */
export const NO_MDM_SERVER = { unassigned: -1, released: -2 } as const;

export type ProfileStatus = "empty" | "assigned" | "pushed" | "removed";

/** The state of a device. Times are in milliseconds of the simulator's clock. */
export interface DeviceState {
  /** number of the device's server, or a value of {@link NO_MDM_SERVER} */
  readonly server: number;
  readonly assignedAt: number;
  readonly status: ProfileStatus;
  readonly profile?: string | undefined;
  readonly profileAt?: number | undefined;
  readonly pushedAt?: number | undefined;
  /** time of the last change in the change stream; two changes of one device never fall in the same second */
  readonly changedAt: number;
  readonly addedAt: number;
  /** index in {@link HARDWARE_MODELS}, if specific hardware was requested */
  readonly hardware?: number | undefined;
}

/** The saved state of a fleet. */
export interface FleetState {
  /** number of initial devices, all assigned to the first server */
  readonly first: number;
  /** time when the fleet was created, in milliseconds */
  readonly startedAt: number;
  readonly places: number;
  /** devices that were added with a given serial number */
  readonly named: readonly (readonly [place: number, serial: string])[];
  readonly changed: readonly (readonly [place: number, state: DeviceState])[];
}

/**
 * The devices of the organisation. Each device has a place, which is its number in the order of purchase. Devices in
 * their initial state take no memory, because their serial numbers and hardware are computed from their places.
 */
export class DeviceFleet {
  readonly #serials: SerialNumberCodec;
  readonly #hardwareKey: number;
  readonly #first: number;
  readonly #startedAt: number;
  readonly #untouched: DeviceState;
  readonly #changed: Map<number, DeviceState>;
  readonly #named: Map<number, string>;
  readonly #namedPlaces: Map<string, number>;
  #places: number;
  #generation = 0;

  constructor(ids: SeededIds, { first, startedAt, places, named, changed }: FleetState) {
    this.#serials = new SerialNumberCodec([
      ids.number("serials", 1),
      ids.number("serials", 2),
      ids.number("serials", 3),
    ]);
    this.#hardwareKey = ids.number("hardware");
    this.#first = first;
    this.#startedAt = startedAt;
    this.#untouched = {
      server: 0,
      assignedAt: startedAt,
      status: "empty",
      changedAt: startedAt,
      addedAt: startedAt,
    };
    this.#changed = new Map(changed);
    this.#named = new Map(named);
    this.#namedPlaces = new Map(named.map(([place, serial]) => [serial, place]));
    this.#places = places;
  }

  /** Number of places. Released devices keep their places. */
  get places(): number {
    return this.#places;
  }

  /** Increases with every change of any device. */
  get generation(): number {
    return this.#generation;
  }

  serialAt(place: number): string {
    return this.#named.get(place) ?? this.#serials.at(place);
  }

  placeOf(serial: string): number | undefined {
    const named = this.#namedPlaces.get(serial);
    if (named !== undefined) return named;
    const place = this.#serials.placeOf(serial);
    return place === undefined || place >= this.#places || this.#named.has(place) ? undefined : place;
  }

  /** Returns true if a serial number has the form that the fleet generates. */
  isReserved(serial: string): boolean {
    return this.#serials.placeOf(serial) !== undefined;
  }

  stateAt(place: number): DeviceState {
    return this.#changed.get(place) ?? this.#untouched;
  }

  /** Returns true if the device is in its initial state, for which {@link stateAt} returns one common object. */
  isUntouched(place: number): boolean {
    return !this.#changed.has(place);
  }

  hardwareNumberAt(place: number): number {
    const asked = this.#changed.get(place)?.hardware;
    return asked ?? (Math.imul(place ^ this.#hardwareKey, 0x9e37_79b1) >>> 16) % HARDWARE_MODELS.length;
  }

  hardwareAt(place: number): Hardware {
    const hardware = HARDWARE_MODELS[this.hardwareNumberAt(place)];
    if (hardware === undefined) throw new RangeError("no such hardware");
    return hardware;
  }

  change(place: number, state: DeviceState): void {
    this.#generation += 1;
    this.#changed.set(place, state);
  }

  /** Adds a device. @param serial serial number of the device; generated if undefined. @returns place of the device */
  add(state: DeviceState, serial?: string): number {
    const place = this.#places;
    this.#places += 1;
    if (serial !== undefined) {
      this.#named.set(place, serial);
      this.#namedPlaces.set(serial, place);
    }
    this.change(place, state);
    return place;
  }

  /** Returns the state to save. */
  state(): FleetState {
    return {
      first: this.#first,
      startedAt: this.#startedAt,
      places: this.#places,
      named: [...this.#named],
      changed: [...this.#changed],
    };
  }
}
