import { KeptText } from "../messages.ts";
import type { DeviceTexts, Dialect } from "./device-texts.ts";
import type { Fleet } from "./fleet.ts";

/** Devices in a row, written. */
export interface WrittenPage {
  /** their objects, joined by commas */
  readonly objects: KeptText;
  readonly count: number;
  /** the place to go on from; the end where nothing follows */
  readonly next: number;
}

/** Characters of kept pages; a page of 1,000 devices has some 300,000. */
const MAX_KEPT = 96 * 1024 * 1024;

/** Pages of the devices of a server; those of an unchanged fleet are written once, as long as there is room. */
export class Pages {
  readonly #fleet: Fleet;
  readonly #texts: DeviceTexts;
  readonly #kept = new Map<string, WrittenPage>();
  #keptOf = -1;
  #length = 0;

  constructor(fleet: Fleet, texts: DeviceTexts) {
    this.#fleet = fleet;
    this.#texts = texts;
  }

  /** The devices of a server from a place on, before `end`. */
  page(server: number, dialect: Dialect, limit: number, [from, end]: readonly [number, number]): WrittenPage {
    if (this.#keptOf !== this.#fleet.generation) {
      this.#kept.clear();
      this.#length = 0;
      this.#keptOf = this.#fleet.generation;
    }
    const key = `${server} ${dialect} ${from} ${end} ${limit}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const page = this.#write(server, dialect, limit, [from, end]);
    if (this.#length + page.objects.length <= MAX_KEPT) {
      this.#kept.set(key, page);
      this.#length += page.objects.length;
    }
    return page;
  }

  #write(server: number, dialect: Dialect, limit: number, [from, end]: readonly [number, number]): WrittenPage {
    const texts: string[] = [];
    let place = from;
    for (; place < end && texts.length < limit; place += 1) {
      if (this.#fleet.stateAt(place).server === server) texts.push(this.#texts.of(place, dialect));
    }
    while (place < end && this.#fleet.stateAt(place).server !== server) place += 1;
    return { objects: new KeptText(texts.join(",")), count: texts.length, next: place };
  }
}
