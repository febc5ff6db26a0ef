import { join } from "node:path";
import { withSettingsLock } from "../../lib/config/settings-lock.ts";
import { Failure } from "../../lib/errors/index.ts";
import { ensureFolder, readSmallFile, writeProgramFile } from "../../lib/files/index.ts";
import type { Finding } from "../../lib/renewals/finding.ts";
import type { Tools } from "../kit/tools.ts";

type ReportedFinding = Pick<Finding, "id" | "context">;

const keyOf = ({ context, id }: ReportedFinding): string => `${context} ${id}`;

const getRunFolder = ({ home }: Pick<Tools, "home">): string => join(home.folder, "runs");

const MAX_FINDINGS_FILE_BYTES = 10_000_000;
const LOCK_PAUSE_MS = 50;

export class ReportedFindings {
  readonly #tools: Tools;
  #messages = 0;
  #told: Record<string, readonly string[]> = {};

  private constructor(tools: Tools) {
    this.#tools = tools;
  }

  static async read(tools: Tools): Promise<ReportedFindings> {
    const told = new ReportedFindings(tools);
    const file = await readSmallFile(told.#path, MAX_FINDINGS_FILE_BYTES).catch(() => undefined);
    try {
      type Known = Partial<ReturnType<typeof told.toJSON>>;
      const { messages = 0, told: known = {} } = JSON.parse(Buffer.from(file?.bytes ?? []).toString("utf8")) as Known;
      [told.#messages, told.#told] = [messages, known];
    } catch {
      // without a readable file, all findings count as new
    }
    return told;
  }

  /** Does nothing if another process with the same home folder is reporting findings. */
  static async whileAlone(tools: Tools, report: () => Promise<void>): Promise<void> {
    const pause = (): Promise<void> => tools.clock.wait(LOCK_PAUSE_MS, tools.signal);
    await ensureFolder(getRunFolder(tools));
    await withSettingsLock(getRunFolder(tools), pause, report).catch((error: unknown) => {
      if (!(error instanceof Failure) || error.code !== "locked") throw error;
    });
  }

  get #path(): string {
    return join(getRunFolder(this.#tools), "told.json");
  }

  /** number of messages sent so far; a repeated message keeps this number, so that its Message-ID does not change */
  get messages(): number {
    return this.#messages;
  }

  isNew(finding: ReportedFinding, to: string): boolean {
    return this.#told[keyOf(finding)]?.includes(to) !== true;
  }

  async add(findings: readonly ReportedFinding[], to: string): Promise<void> {
    for (const finding of findings) this.#told[keyOf(finding)] = [...(this.#told[keyOf(finding)] ?? []), to];
    this.#messages += 1;
    await this.#write();
  }

  async forgetAllBut(findings: readonly ReportedFinding[], contexts: readonly string[]): Promise<void> {
    const [current, all] = [new Set(findings.map(keyOf)), Object.keys(this.#told)];
    const isOld = (key: string): boolean =>
      / month [-\d]+$/.test(key) || contexts.some((name) => key.startsWith(`${name} `));
    const gone = all.filter((key) => !current.has(key) && isOld(key));
    if (gone.length === 0) return;
    for (const key of gone) delete this.#told[key];
    await this.#write();
  }

  toJSON() {
    return { messages: this.#messages, told: this.#told };
  }

  async #write(): Promise<void> {
    await writeProgramFile(this.#path, `${JSON.stringify(this)}\n`, { ...this.#tools.temporary, secret: true });
  }
}
