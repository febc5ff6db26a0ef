import { spawn, type ChildProcess } from "node:child_process";
import { kill } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Writable } from "node:stream";
import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import { listBrowserCandidates, type BrowserSearchOptions } from "./browsers.ts";

/** Options for printing a page. */
export interface PrintOptions extends BrowserSearchOptions {
  /** an empty folder for the browser's profile; the caller removes the folder */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** the time after which the browser is killed */
  readonly timeoutMs: number;
}

/**
 * Prints a page as PDF with a browser on this machine, in the page size of its style sheet, with page numbers. The page
 * is passed through a pipe, so that no argument and no file contains any of it. The browser has its own profile, does
 * not run scripts of the page and cannot reach the network. It ends with this process, however this process ends.
 *
 * @throws Failure `unavailable` if there is no browser, or if the browser fails or does not finish in time
 */
export async function printToPdf(html: string, options: PrintOptions): Promise<Buffer> {
  const { names, isNamed } = listBrowserCandidates(options);
  for (const name of names) {
    options.signal.throwIfAborted();
    const child = await startBrowser(name, options);
    if (child === undefined) continue;
    const pdf = await printWithBrowser(new Browser(child, { name, isGroup: hasProcessGroups(options) }), html, options);
    if (pdf.subarray(0, 5).toString("latin1") === "%PDF-") return pdf;
    throw createPrintFailure(name, text("no PDF was returned", "PDF が返されませんでした"));
  }
  throw isNamed ? createChromePathFailure(names[0] ?? "") : NO_BROWSER_FAILURE;
}

const hasProcessGroups = ({ platform }: BrowserSearchOptions): boolean => platform !== "win32";

const NOT_RUNNABLE_CODES = new Set(["ENOENT", "EACCES", "ENOTDIR"]);

/** Starts a browser. Returns undefined if there is no program with this name. */
async function startBrowser(name: string, options: PrintOptions): Promise<ChildProcess | undefined> {
  const { environment, folder } = options;
  // the browser does not get the variables of clomoctl, because they may contain secrets
  const own = Object.entries(environment).filter(([variable]) => !variable.startsWith("CLOMOCTL"));
  try {
    // in its own process group, so that all of its processes are killed together
    const child = spawn(name, [...BROWSER_ARGUMENTS, `--user-data-dir=${folder}`], {
      env: Object.fromEntries(own),
      detached: hasProcessGroups(options),
      windowsHide: true,
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
    });
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return child;
  } catch (error) {
    if (NOT_RUNNABLE_CODES.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw createPrintFailure(name, text(String(error), String(error)), error);
  }
}

/** A proxy address that leads nowhere. The browser uses it for all addresses, so that it cannot reach the network. */
const DEAD_PROXY = "http://127.0.0.1:9";

/** @see https://github.com/GoogleChrome/chrome-launcher/blob/main/docs/chrome-flags-for-tools.md */
const BROWSER_ARGUMENTS: readonly string[] = [
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
  `--proxy-server=${DEAD_PROXY}`,
  "--proxy-bypass-list=<-loopback>",
];

async function printWithBrowser(browser: Browser, html: string, { signal, timeoutMs }: PrintOptions): Promise<Buffer> {
  const abort = (): void => browser.fail(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(() => browser.fail(createTimeoutFailure(browser.name, timeoutMs)), timeoutMs);
  try {
    signal.throwIfAborted();
    const pdf = await printPage(browser, html);
    await browser.end();
    return pdf;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    await browser.kill();
  }
}

/**
 * Prints a page as PDF.
 * @see https://chromedevtools.github.io/devtools-protocol/tot/Page/#method-printToPDF
 */
async function printPage(browser: Browser, html: string): Promise<Buffer> {
  const targetId = await browser.ask("Target.createTarget", { url: "about:blank" }, ["targetId"]);
  const session = await browser.ask("Target.attachToTarget", { targetId, flatten: true }, ["sessionId"]);
  const ask = (method: string, params: object, member: readonly string[] = []): Promise<string> =>
    browser.ask(method, params, member, session);
  await ask("Emulation.setScriptExecutionDisabled", { value: true });
  const frameId = await ask("Page.getFrameTree", {}, ["frameTree", "frame", "id"]);
  await ask("Page.setDocumentContent", { frameId, html });
  const printed = await ask("Page.printToPDF", PRINT_PARAMETERS, ["data"]);
  return Buffer.from(printed, "base64");
}

const PRINT_PARAMETERS = {
  preferCSSPageSize: true,
  printBackground: true,
  generateTaggedPDF: true,
  generateDocumentOutline: true,
  displayHeaderFooter: true,
  headerTemplate: "<span></span>",
  footerTemplate:
    '<div style="width:100%;text-align:center;font:7pt sans-serif"><span class="pageNumber"></span> / <span class="totalPages"></span></div>',
};

/** How long a browser may take to close before it is killed. */
const CLOSE_TIMEOUT_MS = 5000;
const MAX_RESPONSE_BYTES = 256 * 1024 * 1024;
const MAX_STDERR_CHARACTERS = 64 * 1024;

/** A message from the browser: a response (with `id`) or an event. */
interface ProtocolMessage {
  readonly id?: number | undefined;
  readonly error?: { readonly message?: unknown } | undefined;
  readonly result?: unknown;
}

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A browser that is controlled through pipes with JSON messages, each of which ends with a NUL byte. */
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

  /** @param isGroup true if the browser's processes have their own process group */
  constructor(child: ChildProcess, { name, isGroup }: { readonly name: string; readonly isGroup: boolean }) {
    this.#child = child;
    this.name = name;
    this.#isGroup = isGroup;
    // a write to a browser that has ended fails silently; the end of the browser is reported below
    for (const stream of child.stdio) stream?.on("error", () => undefined);
    const [, , said, , from] = child.stdio;
    said?.setEncoding("utf8").on("data", (words: string) => {
      this.#said = (this.#said + words).slice(-MAX_STDERR_CHARACTERS);
    });
    from?.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#closed = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.fail(createPrintFailure(name, describeExit(code === null ? String(signal) : `exit ${code}`, this.#said)));
        resolve();
      });
    });
  }

  /** Calls a method of the browser. @returns the string at `path` in the result; an empty string if `path` is empty */
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
    if (typeof value !== "string")
      throw createPrintFailure(this.name, text(`${method} did not return a value`, `${method} の応答に値がありません`));
    return value;
  }

  /** Rejects all pending calls, and kills the browser. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    for (const { reject } of this.#waiting.values()) reject(this.#failure.reason);
    this.#waiting.clear();
    this.#kill();
  }

  /** Asks the browser to close, and waits for a limited time until it has closed. */
  async end(): Promise<void> {
    await this.ask("Browser.close", {}, []).catch(() => undefined);
    await Promise.race([this.#closed, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  }

  /** Kills the browser with all of its processes, and waits until the browser has ended. */
  async kill(): Promise<void> {
    this.#kill();
    await this.#closed;
  }

  #kill(): void {
    const { pid } = this.#child;
    try {
      if (pid !== undefined && this.#isGroup) kill(-pid, "SIGKILL");
    } catch {
      // all processes have already ended
    }
    this.#child.kill("SIGKILL");
    // another process of the browser may keep the streams open, which would keep this process from ending
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
    if (this.#begunBytes > MAX_RESPONSE_BYTES) this.fail(createPrintFailure(this.name, RESPONSE_TOO_LARGE));
  }

  #answered(json: string): void {
    const answer = parseMessage(json);
    if (answer === undefined) return this.fail(createPrintFailure(this.name, INVALID_RESPONSE));
    // any other message is an event
    const waiting = answer.id === undefined ? undefined : this.#waiting.get(answer.id);
    if (answer.id === undefined || waiting === undefined) return;
    this.#waiting.delete(answer.id);
    if (answer.error === undefined) return waiting.resolve(answer.result);
    const message = String(answer.error.message).slice(0, MAX_SHOWN_CHARACTERS);
    waiting.reject(createPrintFailure(this.name, text(message, message)));
  }
}

function parseMessage(json: string): ProtocolMessage | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const RESPONSE_TOO_LARGE = text("its response is larger than 256 MiB", "応答が 256 MiB を超えました");
const INVALID_RESPONSE = text("its response cannot be parsed", "応答を解釈できません");

/** Maximum number of characters of a browser's message that people are shown. */
const MAX_SHOWN_CHARACTERS = 300;

/** Describes how a browser ended, with the last line that it wrote to stderr. */
function describeExit(how: string, said: string): Text {
  const last = said.trim().split(/\r?\n/).at(-1)?.slice(0, MAX_SHOWN_CHARACTERS) ?? "";
  const words = last === "" ? "" : `: ${last}`;
  return text(`it ended (${how}) before the PDF was complete${words}`, `PDF ができる前に終了しました(${how})${words}`);
}

const SET_CHROME_PATH_HINT = text(
  "set CHROME_PATH to another Chrome, Chromium or Edge",
  "別の Chrome・Chromium・Edge を CHROME_PATH で指定してください",
);

const createPrintFailure = (where: string, what: Text, cause?: unknown): Failure =>
  new Failure("unavailable", {
    what: text(
      `the browser could not print the report: ${what.en}`,
      `ブラウザーでレポートを印刷できません: ${what.ja}`,
    ),
    where,
    hint: SET_CHROME_PATH_HINT,
    cause,
  });

const createTimeoutFailure = (where: string, timeoutMs: number): Failure =>
  createPrintFailure(
    where,
    text(`it did not finish within ${timeoutMs / 1000} s`, `${timeoutMs / 1000} 秒以内に終わりませんでした`),
  );

const NO_BROWSER_FAILURE = new Failure("unavailable", {
  what: text(
    "no browser (Chrome, Chromium or Edge) was found for printing",
    "印刷に使うブラウザー(Chrome、Chromium、Edge)が見つかりません",
  ),
  where: "--format pdf",
  hint: text(
    "install one of them, or set CHROME_PATH to the browser's program",
    "いずれかをインストールするか、ブラウザーのプログラムを CHROME_PATH で指定してください",
  ),
});

const createChromePathFailure = (path: string): Failure =>
  new Failure("unavailable", {
    what: text(
      "the program in CHROME_PATH does not exist or cannot be run",
      "CHROME_PATH で指定したプログラムがないか、実行できません",
    ),
    where: path,
    hint: SET_CHROME_PATH_HINT,
  });
