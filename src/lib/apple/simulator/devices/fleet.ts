import type { Ids } from "../ids.ts";
import { HARDWARE, type Hardware } from "./hardware.ts";
import { Serials } from "./serials.ts";

/** Where a device is: the number of an MDM server of the organisation, or one of these. */
export const NOWHERE = { unassigned: -1, released: -2 } as const;

export type ProfileStatus = "empty" | "assigned" | "pushed" | "removed";

/** How a device stands, if not as on the first day. Times are milliseconds of the simulator's clock. */
export interface DeviceState {
  /** number of its server, or one of {@link NOWHERE} */
  readonly server: number;
  readonly assignedAt: number;
  readonly status: ProfileStatus;
  readonly profile?: string | undefined;
  readonly profileAt?: number | undefined;
  readonly pushedAt?: number | undefined;
  /** when its last change was told: two changes of one device never share a second */
  readonly changedAt: number;
  readonly addedAt: number;
  /** its place in {@link HARDWARE}, where it was asked for */
  readonly hardware?: number | undefined;
}

/** What a fleet is made anew from. */
export interface FleetState {
  /** how many there were on the first day, all of the first server */
  readonly first: number;
  /** the first day, in milliseconds */
  readonly startedAt: number;
  readonly places: number;
  /** those that were added by a serial number of their own */
  readonly named: readonly (readonly [place: number, serial: string])[];
  readonly changed: readonly (readonly [place: number, state: DeviceState])[];
}

/**
 * The devices of the organisation, each at a place of its own, in the order in which they were bought. Those that are as
 * on the first day are nowhere in memory: their serial numbers and hardware follow from their places.
 */
export class Fleet {
  readonly #serials: Serials;
  readonly #hardwareKey: number;
  readonly #first: number;
  readonly #startedAt: number;
  readonly #untouched: DeviceState;
  readonly #changed: Map<number, DeviceState>;
  readonly #named: Map<number, string>;
  readonly #namedPlaces: Map<string, number>;
  #places: number;
  #generation = 0;

  constructor(ids: Ids, { first, startedAt, places, named, changed }: FleetState) {
    this.#serials = new Serials([ids.number("serials", 1), ids.number("serials", 2), ids.number("serials", 3)]);
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

  /** The number of places; devices that were released keep theirs. */
  get places(): number {
    return this.#places;
  }

  /** Grows with every change of any device. */
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

  /** Whether a serial number is of the form that the fleet gives by itself. */
  isReserved(serial: string): boolean {
    return this.#serials.placeOf(serial) !== undefined;
  }

  stateAt(place: number): DeviceState {
    return this.#changed.get(place) ?? this.#untouched;
  }

  /** Whether it stands as on the first day: then {@link stateAt} is one and the same for all. */
  isUntouched(place: number): boolean {
    return !this.#changed.has(place);
  }

  hardwareNumberAt(place: number): number {
    const asked = this.#changed.get(place)?.hardware;
    return asked ?? (Math.imul(place ^ this.#hardwareKey, 0x9e37_79b1) >>> 16) % HARDWARE.length;
  }

  hardwareAt(place: number): Hardware {
    const hardware = HARDWARE[this.hardwareNumberAt(place)];
    if (hardware === undefined) throw new RangeError("no such hardware");
    return hardware;
  }

  change(place: number, state: DeviceState): void {
    this.#generation += 1;
    this.#changed.set(place, state);
  }

  /** Adds a device. @param serial where it has one of its own. @returns its place */
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

  /** For saving. */
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
