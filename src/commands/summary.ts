import { basename } from "node:path";
import { localInstant } from "../lib/model/time.ts";
import { shownWord } from "../lib/text/shell-word.ts";

/** What the summary line of a run says of its plan: no names of people. */
export interface PlanSummary {
  /** the file as typed, of which its name is shown */
  readonly file?: string | undefined;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  /** of the import */
  readonly number?: string | undefined;
  /** the plan was carried out, and was not empty */
  readonly changed: boolean;
}

/** The tenant of a run, and the zone of its times. */
interface SummarizedTenant {
  readonly name: string;
  /** IANA name */
  readonly timezone: string;
}

/** What a run says of its plan in the log of a job: one line of a fixed form, in English in every language. */
export class RunSummary {
  readonly #command: string;
  readonly #now: () => Date;
  #tenant: SummarizedTenant | undefined;
  #plan: PlanSummary | undefined;
  #isPlanned = false;

  /** @param path the words of the verb */
  constructor(path: readonly string[], now: () => Date) {
    this.#command = path.join(" ");
    this.#now = now;
  }

  /** Sets the tenant that the run works on. */
  work(tenant: SummarizedTenant): void {
    this.#tenant = tenant;
  }

  /** Adds to what is known of the plan. */
  add(plan: Partial<PlanSummary>): void {
    this.#isPlanned ||= plan.create !== undefined;
    this.#plan = { create: 0, update: 0, delete: 0, changed: false, ...this.#plan, ...plan };
  }

  /** Whether the run changed something by its plan. */
  get changed(): boolean {
    return this.#plan?.changed === true;
  }

  /** The line; undefined if the run has no plan, as with a wrong command line. @see docs/operations.en.md, whose form scripts rely on */
  line(exit: number): string | undefined {
    if (this.#plan === undefined || this.#tenant === undefined || (exit === 2 && !this.#isPlanned)) return undefined;
    const { file, create, update, delete: deleted, number } = this.#plan;
    const { name, timezone } = this.#tenant;
    const named = file === undefined ? "" : ` ${file === "-" ? file : shownWord(basename(file))}`;
    const kept = number === undefined ? "" : ` import ${number}`;
    const start = `${localInstant(this.#now(), timezone)} ${name} ${this.#command}${named}`;
    return `${start}: +${create} ~${update} -${deleted}${kept} exit ${exit}`;
  }
}
