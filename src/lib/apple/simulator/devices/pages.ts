import { CachedText } from "../messages.ts";
import type { DeviceRenderer, ProtocolDialect } from "./device-texts.ts";
import type { DeviceFleet } from "./fleet.ts";

/** A rendered page of consecutive devices. */
export interface RenderedPage {
  /** JSON objects of the devices, joined by commas */
  readonly objects: CachedText;
  readonly count: number;
  /** place of the first device of the next page; the end if there is no next page */
  readonly next: number;
}

/** Limit for the characters of all cached pages. A page of 1,000 devices has about 300,000 characters. */
const MAX_CACHED_CHARACTERS = 96 * 1024 * 1024;

/** Renders and caches pages of a server's devices: each only once while the fleet is unchanged and there is room. */
export class DevicePageCache {
  readonly #fleet: DeviceFleet;
  readonly #texts: DeviceRenderer;
  readonly #kept = new Map<string, RenderedPage>();
  #keptOf = -1;
  #length = 0;

  constructor(fleet: DeviceFleet, texts: DeviceRenderer) {
    this.#fleet = fleet;
    this.#texts = texts;
  }

  /** Returns the devices of a server from a place up to, but not including, `end`. */
  page(server: number, dialect: ProtocolDialect, limit: number, [from, end]: readonly [number, number]): RenderedPage {
    if (this.#keptOf !== this.#fleet.generation) {
      this.#kept.clear();
      this.#length = 0;
      this.#keptOf = this.#fleet.generation;
    }
    const key = `${server} ${dialect} ${from} ${end} ${limit}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const page = this.#write(server, dialect, limit, [from, end]);
    if (this.#length + page.objects.length <= MAX_CACHED_CHARACTERS) {
      this.#kept.set(key, page);
      this.#length += page.objects.length;
    }
    return page;
  }

  #write(
    server: number,
    dialect: ProtocolDialect,
    limit: number,
    [from, end]: readonly [number, number],
  ): RenderedPage {
    const texts: string[] = [];
    let place = from;
    for (; place < end && texts.length < limit; place += 1) {
      if (this.#fleet.stateAt(place).server === server) texts.push(this.#texts.of(place, dialect));
    }
    while (place < end && this.#fleet.stateAt(place).server !== server) place += 1;
    return { objects: new CachedText(texts.join(",")), count: texts.length, next: place };
  }
}
