import type { Client, Import, InputProblem } from "../../../lib/client/index.ts";
import { describeProblemReason } from "../../../lib/plan/columns.ts";
import { headerRowOf } from "../../../lib/plan/describe.ts";
import { guardFormula } from "../../../lib/terminal/output.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";

/** Maximum number of reasons per row; a header may have thousands of problems. */
const MAX_REASONS = 20;

type ReasonTerminal = Pick<Terminal, "language" | "plain">;

export const formatReason = (teller: ReasonTerminal, problem: Pick<InputProblem, "code" | "params">): string =>
  teller.plain(describeProblemReason(problem)[teller.language]);

/** Returns problems in one line, each as `メールアドレス: not an email address`, safe in a spreadsheet. */
function formatReasons(problems: readonly InputProblem[], teller: ReasonTerminal): string {
  const reasons = problems.slice(0, MAX_REASONS).map((problem) => {
    const reason = formatReason(teller, problem);
    return problem.header === "" ? reason : `${problem.header}: ${reason}`;
  });
  const rest = problems.length > MAX_REASONS ? ["…"] : [];
  return guardFormula([...reasons, ...rest].join("; ").replaceAll(/[\r\n]+/g, " "));
}

/** Reads the reasons of a file's invalid rows in step with its rows, so that few are held in memory. */
export class RowReasons {
  readonly #problems: AsyncIterator<InputProblem>;
  readonly #teller: ReasonTerminal;
  #next: InputProblem | undefined;
  /** the reasons of every row, which are those of the header and the whole file; undefined if there are none */
  whole: string | undefined;

  private constructor(problems: AsyncIterable<InputProblem>, teller: ReasonTerminal) {
    this.#problems = problems[Symbol.asyncIterator]();
    this.#teller = teller;
  }

  static async open(
    client: { readonly imports: Pick<Client<"imports">["imports"], "problems"> },
    plan: Pick<Import, "id" | "request">,
    teller: ReasonTerminal,
  ): Promise<RowReasons> {
    const reasons = new RowReasons(client.imports.problems(plan.id), teller);
    const headerRow = headerRowOf(plan);
    reasons.whole = await reasons.take(headerRow, 0);
    return reasons;
  }

  /**
   * Returns the reasons of a row in one line; undefined if it has none. Call it with ascending rows.
   *
   * @param first the reasons of the rows from here on are those of the row, too
   */
  async take(row: number, first = row): Promise<string | undefined> {
    const found: InputProblem[] = [];
    for (; (await this.#peek()) <= row; this.#next = undefined)
      if (this.#next !== undefined && this.#next.row >= first && found.length <= MAX_REASONS) found.push(this.#next);
    return found.length === 0 ? undefined : formatReasons(found, this.#teller);
  }

  /** Returns the row of the next error; infinity after the last one. */
  async #peek(): Promise<number> {
    while (this.#next === undefined) {
      const read = await this.#problems.next();
      if (read.done === true) return Infinity;
      if (read.value.severity === "error") this.#next = read.value;
    }
    return this.#next.row;
  }

  async close(): Promise<void> {
    await this.#problems.return?.();
  }
}
