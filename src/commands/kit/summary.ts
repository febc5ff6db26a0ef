import { basename } from "node:path";
import { DEFAULT_TIMEZONE, formatLocalInstant } from "../../lib/model/time.ts";
import { quoteShellWord } from "../../lib/text/shell-word.ts";

/** The summary contains no names of people. */
export interface PlanSummary {
  /** the file as the user typed it; the summary line omits the folder */
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

/** The line is always in English and in one format, because scheduled jobs log it. */
export class RunSummary {
  readonly #command: string;
  readonly #now: () => Date;
  readonly #timezone: string;
  #tenant: SummarizedTenant | undefined;
  #file: string | undefined;
  readonly #plans: Partial<PlanSummary>[] = [{}];
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
    this.#file = plan.file ?? this.#file;
    const last = this.#plans.at(-1);
    // `console sync` commits one plan after another
    const isNext = plan.create !== undefined && plan.changed === undefined && last?.changed !== undefined;
    this.#plans.splice(isNext ? this.#plans.length : -1, 1, isNext ? plan : { ...last, ...plan });
  }

  get changed(): boolean {
    return this.#plans.some(({ changed }) => changed === true);
  }

  /** Returns the line described in docs/operations.en.md. */
  line(exit: number): string {
    const [file, number] = [this.#file, this.#plans.at(-1)?.number];
    const sum = (count: "create" | "update" | "delete"): number =>
      this.#plans.reduce((total, { [count]: one = 0 }) => total + one, 0);
    const name = exit === 2 && !this.#isPlanned ? "-" : (this.#tenant?.name ?? "-");
    const timezone = this.#tenant?.timezone ?? this.#timezone;
    const named = file === undefined ? "" : ` ${file === "-" ? file : quoteShellWord(basename(file))}`;
    const kept = number === undefined ? "" : ` import ${number}`;
    const start = `${formatLocalInstant(this.#now(), timezone)} ${name} ${this.#command}${named}`;
    return `${start}: +${sum("create")} ~${sum("update")} -${sum("delete")}${kept} exit ${exit}`;
  }
}
