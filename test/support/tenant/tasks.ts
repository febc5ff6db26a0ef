import type { ConsoleTask } from "../../../src/lib/tenant/api/operations.ts";
import type { TestTenant } from "./tenant.ts";

/** The tasks of a tenant, by the position of their change among the changes of the test. */
export class TestTasks {
  readonly #tenant: () => TestTenant;

  constructor(tenant: () => TestTenant) {
    this.#tenant = tenant;
  }

  /** Returns the number of the change at a position, counted from 1. */
  number(place: number): number {
    const rows = this.#tenant().sql(
      `select number from change c where writer not in ('console', 'confirm', 'drop') and number > (
         select coalesce(min(number), 0) from change where writer = 'console') order by number`,
    );
    return Number(rows[place - 1]?.["number"] ?? -1);
  }

  numbers(...places: readonly number[]): number[] {
    return places.map((place) => this.number(place));
  }

  of(place = 1): Promise<ConsoleTask> {
    return this.#tenant().client.console.show(this.number(place));
  }

  async record(place = 1): Promise<ConsoleTask["records"][number] | undefined> {
    return (await this.of(place)).records[0];
  }

  async changes(place = 1): Promise<ConsoleTask["records"][number]["changes"] | undefined> {
    return (await this.record(place))?.changes;
  }

  async list(): Promise<readonly (readonly [place: number, work: string | undefined])[]> {
    const places = new Map<number, number>();
    for (let place = 1; this.number(place) > 0; place += 1) places.set(this.number(place), place);
    const tasks = await this.#tenant().client.console.list({});
    return tasks.map(({ number, records }) => [places.get(number) ?? 0, records[0]?.work]);
  }

  confirm(...places: readonly number[]): Promise<readonly ConsoleTask[]> {
    return this.#tenant().client.console.confirm({ numbers: this.numbers(...places) });
  }
}
