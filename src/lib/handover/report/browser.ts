import { spawn, type ChildProcess } from "node:child_process";
import { kill } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Writable } from "node:stream";
import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import { browsersOf, type BrowserPlace } from "./browsers.ts";

/** How a page is printed. */
export interface PrintOptions extends BrowserPlace {
  /** an empty folder for the browser's profile; the caller removes it */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** the browser is killed then */
  readonly timeoutMs: number;
}

/**
 * Prints a page as PDF by a browser of this machine, of the size that the page's style sheet says, with numbered pages.
 * The page goes through a pipe: neither an argument nor a file has anything of it. The browser has a profile of its own,
 * runs no script of the page and reaches no network; it ends with this process, however that ends.
 *
 * @throws Failure `unavailable` where there is no browser, or it fails, or is not done in time
 */
export async function printToPdf(html: string, options: PrintOptions): Promise<Buffer> {
  const { names, isNamed } = browsersOf(options);
  for (const name of names) {
    options.signal.throwIfAborted();
    const child = await started(name, options);
    if (child === undefined) continue;
    const pdf = await printedBy(new Browser(child, { name, isGroup: hasGroups(options) }), html, options);
    if (pdf.subarray(0, 5).toString("latin1") === "%PDF-") return pdf;
    throw failed(name, text("it sent no PDF", "PDF が返されませんでした"));
  }
  throw isNamed ? notThere(names[0] ?? "") : NO_BROWSER;
}

const hasGroups = ({ platform }: BrowserPlace): boolean => platform !== "win32";

const NOT_THERE = new Set(["ENOENT", "EACCES", "ENOTDIR"]);

/** A browser that has started; undefined where there is none of that name. */
async function started(name: string, options: PrintOptions): Promise<ChildProcess | undefined> {
  const { environment, folder } = options;
  // our own variables may hold secrets
  const own = Object.entries(environment).filter(([variable]) => !variable.startsWith("CLOMOCTL"));
  try {
    // a group of its own, so that all of its processes are ended together
    const child = spawn(name, [...ARGUMENTS, `--user-data-dir=${folder}`], {
      env: Object.fromEntries(own),
      detached: hasGroups(options),
      windowsHide: true,
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
    });
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return child;
  } catch (error) {
    if (NOT_THERE.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw failed(name, text(String(error), String(error)), error);
  }
}

/** What goes nowhere: all addresses are reached by it. */
const NOWHERE = "http://127.0.0.1:9";

/** @see https://github.com/GoogleChrome/chrome-launcher/blob/main/docs/chrome-flags-for-tools.md */
const ARGUMENTS: readonly string[] = [
  "--headless",
  "--remote-debugging-pipe",
  "--disable-gpu",
  "--disable-extensions",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-sync",
  "--disable-breakpad",
  "--metrics-recording-only",
  "--no-first-run",
  "--no-default-browser-check",
  "--password-store=basic",
  "--use-mock-keychain",
  `--proxy-server=${NOWHERE}`,
  "--proxy-bypass-list=<-loopback>",
];

async function printedBy(browser: Browser, html: string, { signal, timeoutMs }: PrintOptions): Promise<Buffer> {
  const abort = (): void => browser.fail(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(() => browser.fail(late(browser.name, timeoutMs)), timeoutMs);
  try {
    signal.throwIfAborted();
    const pdf = await print(browser, html);
    await browser.end();
    return pdf;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    await browser.kill();
  }
}

/** @see https://chromedevtools.github.io/devtools-protocol/tot/Page/#method-printToPDF */
async function print(browser: Browser, html: string): Promise<Buffer> {
  const targetId = await browser.ask("Target.createTarget", { url: "about:blank" }, ["targetId"]);
  const session = await browser.ask("Target.attachToTarget", { targetId, flatten: true }, ["sessionId"]);
  const ask = (method: string, params: object, member: readonly string[] = []): Promise<string> =>
    browser.ask(method, params, member, session);
  await ask("Emulation.setScriptExecutionDisabled", { value: true });
  const frameId = await ask("Page.getFrameTree", {}, ["frameTree", "frame", "id"]);
  await ask("Page.setDocumentContent", { frameId, html });
  const printed = await ask("Page.printToPDF", PRINTED, ["data"]);
  return Buffer.from(printed, "base64");
}

const PRINTED = {
  preferCSSPageSize: true,
  printBackground: true,
  generateTaggedPDF: true,
  generateDocumentOutline: true,
  displayHeaderFooter: true,
  headerTemplate: "<span></span>",
  footerTemplate:
    '<div style="width:100%;text-align:center;font:7pt sans-serif"><span class="pageNumber"></span> / <span class="totalPages"></span></div>',
};

/** How long a browser may take to end, before it is killed. */
const ENDING_MS = 5000;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const MAX_SAID_CHARACTERS = 64 * 1024;

/** An answer of the protocol. */
interface ProtocolReply {
  readonly id?: number | undefined;
  readonly error?: { readonly message?: unknown } | undefined;
  readonly result?: unknown;
}

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A browser that is asked through a pipe: JSON that ends with a NUL byte. */
class Browser {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #isGroup: boolean;
  readonly #closed: Promise<void>;
  readonly #waiting = new Map<number, PendingCall>();
  #asked = 0;
  #begun: Buffer[] = [];
  #begunBytes = 0;
  #said = "";
  #failure: { readonly reason: unknown } | undefined;

  /** @param isGroup its processes are a group of their own */
  constructor(child: ChildProcess, { name, isGroup }: { readonly name: string; readonly isGroup: boolean }) {
    this.#child = child;
    this.name = name;
    this.#isGroup = isGroup;
    // what is written to one that has ended is lost; that it ended is told below
    for (const stream of child.stdio) stream?.on("error", () => undefined);
    const [, , said, , from] = child.stdio;
    said?.setEncoding("utf8").on("data", (words: string) => {
      this.#said = (this.#said + words).slice(-MAX_SAID_CHARACTERS);
    });
    from?.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#closed = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.fail(failed(name, ended(code === null ? String(signal) : `exit ${code}`, this.#said)));
        resolve();
      });
    });
  }

  /** Asks for something. @returns the text that its answer has at `path`; blank where it is not asked for */
  async ask(method: string, params: object, path: readonly string[], sessionId?: string): Promise<string> {
    if (this.#failure !== undefined) throw this.#failure.reason;
    this.#asked += 1;
    const id = this.#asked;
    const result = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    (this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    let value = await result;
    if (path.length === 0) return "";
    for (const member of path) value = (value as Readonly<Record<string, unknown>> | undefined)?.[member];
    if (typeof value !== "string") throw failed(this.name, text(`${method}: no answer`, `${method}: 応答がありません`));
    return value;
  }

  /** Ends all that is waited for, and the browser. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    for (const { reject } of this.#waiting.values()) reject(this.#failure.reason);
    this.#waiting.clear();
    this.#kill();
  }

  /** Lets the browser end by itself. */
  async end(): Promise<void> {
    await this.ask("Browser.close", {}, []).catch(() => undefined);
    await Promise.race([this.#closed, sleep(ENDING_MS, undefined, { ref: false })]);
  }

  /** Ends the browser with all of its processes, and waits for that. */
  async kill(): Promise<void> {
    this.#kill();
    await this.#closed;
  }

  #kill(): void {
    const { pid } = this.#child;
    try {
      if (pid !== undefined && this.#isGroup) kill(-pid, "SIGKILL");
    } catch {
      // they have all ended
    }
    this.#child.kill("SIGKILL");
    // what another process of it holds open would keep this one waiting
    for (const stream of this.#child.stdio) stream?.destroy();
  }

  #take(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, from)) {
      this.#answered(Buffer.concat([...this.#begun, chunk.subarray(from, end)]).toString("utf8"));
      this.#begun = [];
      this.#begunBytes = 0;
      from = end + 1;
    }
    this.#begun.push(chunk.subarray(from));
    this.#begunBytes += chunk.length - from;
    if (this.#begunBytes > MAX_ANSWER_BYTES) this.fail(failed(this.name, TOO_LONG));
  }

  #answered(json: string): void {
    const answer = parsed(json);
    if (answer === undefined) return this.fail(failed(this.name, NOT_UNDERSTOOD));
    // all else is what happened
    const waiting = answer.id === undefined ? undefined : this.#waiting.get(answer.id);
    if (answer.id === undefined || waiting === undefined) return;
    this.#waiting.delete(answer.id);
    if (answer.error === undefined) return waiting.resolve(answer.result);
    const message = String(answer.error.message).slice(0, MAX_SHOWN);
    waiting.reject(failed(this.name, text(message, message)));
  }
}

function parsed(json: string): ProtocolReply | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const TOO_LONG = text("its answer is longer than 256 MiB", "応答が 256 MiB を超えました");
const NOT_UNDERSTOOD = text("its answer is not understood", "応答を解釈できません");

/** Characters of what a browser says that people are shown. */
const MAX_SHOWN = 300;

/** How a browser ended, with the last line that it said. */
function ended(how: string, said: string): Text {
  const last = said.trim().split(/\r?\n/).at(-1)?.slice(0, MAX_SHOWN) ?? "";
  const words = last === "" ? "" : `: ${last}`;
  return text(`it ended (${how}) before the PDF was made${words}`, `PDF ができる前に終了しました(${how})${words}`);
}

const OTHERWISE = text(
  "name another Chrome, Chromium or Edge by CHROME_PATH",
  "別の Chrome・Chromium・Edge を CHROME_PATH で指定してください",
);

const failed = (where: string, what: Text, cause?: unknown): Failure =>
  new Failure("unavailable", {
    what: text(
      `the browser could not print the report: ${what.en}`,
      `ブラウザーでレポートを印刷できません: ${what.ja}`,
    ),
    where,
    hint: OTHERWISE,
    cause,
  });

const late = (where: string, timeoutMs: number): Failure =>
  failed(where, text(`not done within ${timeoutMs / 1000} s`, `${timeoutMs / 1000} 秒以内に終わりませんでした`));

const NO_BROWSER = new Failure("unavailable", {
  what: text(
    "no browser to print with: neither Chrome, Chromium nor Edge was found",
    "印刷に使うブラウザー(Chrome、Chromium、Edge)が見つかりません",
  ),
  where: "--format pdf",
  hint: text("install one, or name its program by CHROME_PATH", "いずれかを導入するか、CHROME_PATH で指定してください"),
});

const notThere = (path: string): Failure =>
  new Failure("unavailable", {
    what: text("CHROME_PATH names no program", "CHROME_PATH のプログラムがありません"),
    where: path,
    hint: OTHERWISE,
  });
