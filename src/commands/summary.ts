import { basename } from "node:path";
import { DEFAULT_TIMEZONE, formatLocalInstant } from "../lib/model/time.ts";
import { quoteShellWord } from "../lib/text/shell-word.ts";

/** Contains no names of people. */
export interface PlanSummary {
  /** the file as the user typed it; the summary line omits its folder */
  readonly file?: string | undefined;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly number?: string | undefined;
  readonly changed: boolean;
}

interface SummarizedTenant {
  readonly name: string;
  readonly timezone: string;
}

/** Always in English and in the same format, because it is for the logs of scheduled jobs. */
export class RunSummary {
  readonly #command: string;
  readonly #now: () => Date;
  readonly #timezone: string;
  #tenant: SummarizedTenant | undefined;
  #plan: PlanSummary = { create: 0, update: 0, delete: 0, changed: false };
  #isPlanned = false;

  constructor(path: readonly string[], now: () => Date, timezone = DEFAULT_TIMEZONE) {
    this.#command = path.join(" ");
    this.#now = now;
    this.#timezone = timezone;
  }

  work(tenant: SummarizedTenant): void {
    this.#tenant = tenant;
  }

  add(plan: Partial<PlanSummary>): void {
    this.#isPlanned ||= plan.create !== undefined;
    this.#plan = { ...this.#plan, ...plan };
  }

  get changed(): boolean {
    return this.#plan.changed;
  }

  /** Returns the line described in docs/operations.en.md. The tenant is `-` if the command line is invalid. */
  line(exit: number): string {
    const { file, create, update, delete: deleted, number } = this.#plan;
    const name = exit === 2 && !this.#isPlanned ? "-" : (this.#tenant?.name ?? "-");
    const timezone = this.#tenant?.timezone ?? this.#timezone;
    const named = file === undefined ? "" : ` ${file === "-" ? file : quoteShellWord(basename(file))}`;
    const kept = number === undefined ? "" : ` import ${number}`;
    const start = `${formatLocalInstant(this.#now(), timezone)} ${name} ${this.#command}${named}`;
    return `${start}: +${create} ~${update} -${deleted}${kept} exit ${exit}`;
  }
}
