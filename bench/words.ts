import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Start script of the program in a checkout. */
const PROGRAM = "bin/clomoctl.js";

/** One way to give a command. */
interface Way<Values extends readonly unknown[]> {
  /** noun and verb; empty for the program itself */
  readonly command: string;
  /** the words after noun and verb */
  readonly words: (...values: Values) => readonly string[];
  /** an option that the command's help must mention */
  readonly option?: string;
  /** another script of the checkout that takes the words; default: the program */
  readonly script?: string;
}

/** The ways to give a command, the newest first: a checkout gets the first one that it knows. */
export type Ways<Values extends readonly unknown[]> = readonly [Way<Values>, ...Way<Values>[]];

const way = <Values extends readonly unknown[]>(
  command: string,
  words: (...values: Values) => readonly string[],
  where: Pick<Way<Values>, "option" | "script"> = {},
): Way<Values> => ({ command, words, ...where });

const IMPORTED = ["--create-orgs", "--yes", "--format", "json"];
const ALL_FIELDS = ["--format", "xlsx", "--fields", "all"];
const LISTED = ["--format", "ndjson"];

/**
 * By purpose, the words with which the benchmarks give a command. When a command is renamed, its new way is put in
 * front, and the old one stays for older checkouts.
 */
export const WAYS = {
  version: [way("", () => ["--version"])],
  help: [way("", () => ["--help"])],
  "who am I": [way("whoami", () => [])],
  "list organisations": [way("orgs list", () => [])],
  "create an organisation": [way("orgs create", (name: string) => [name])],
  "import organisations": [way("orgs import", (file: string) => [file, "--encoding", "utf-8", "--yes"])],
  "create a user": [way("users create", (name: string, email: string) => ["--name", name, "--email", email])],
  "add a custom field": [way("users fields add", (name: string) => [name])],
  "edit a user": [way("users edit", (email: string, title: string) => [email, "--title", title])],
  "check a file": [way("csv check", (file: string) => [file, "--as", "users", "--encoding", "auto"])],
  "plan an import of users": [way("users import", (file: string) => [file, ...IMPORTED, "--dry-run"])],
  "import users": [way("users import", (file: string) => [file, ...IMPORTED])],
  "import devices": [way("devices import", (file: string) => [file, "--yes", "--format", "json"])],
  "take a console export of users": [
    way("console sync", (file: string) => [file, "--yes", "--format", "json"]),
    way("users import", (file: string) => [file, "--from-console", ...IMPORTED], { option: "--from-console" }),
  ],
  "list users": [way("users list", () => LISTED)],
  "list users as": [way("users list", (account: string) => [...LISTED, "--as", account])],
  "list users below": [way("users list", (org: string) => [...LISTED, "--org", org])],
  "list users directly in": [way("users list", (org: string) => [...LISTED, "--org", org, "--direct"])],
  "list users as a workbook": [way("users list", (file: string) => ["--format", "xlsx", "-o", file])],
  "list all fields of users as a workbook": [way("users list", (file: string) => [...ALL_FIELDS, "-o", file])],
  "list all fields of devices as a workbook": [way("devices list", (file: string) => [...ALL_FIELDS, "-o", file])],
  "export users": [way("users export", (file: string) => ["-o", file, "--encoding", "shift_jis"])],
  "delete users": [
    way("users delete", (file: string, count: number) => [
      "--file",
      file,
      "--confirm-deletions",
      String(count),
      "--yes",
      "--format",
      "json",
    ]),
  ],
  "undo the last change": [
    way("undo", (deletions: number) => ["last", "--confirm-deletions", String(deletions), "--yes"]),
  ],
  "export a bundle": [
    way("handover export", (to: string) => ["-o", to, "--encoding", "utf-8", "--quiet"], { option: "--encoding" }),
    way("handover export", (to: string) => ["-o", to, "--quiet"]),
  ],
  "verify a bundle": [way("handover verify", (bundle: string) => [bundle])],
  "take over a bundle": [
    way("handover receive", (bundle: string, fingerprint: string) => [
      bundle,
      "--fingerprint",
      fingerprint,
      "--context",
      "local",
    ]),
    way("handover apply", (...[bundle]: readonly [string, string]) => [bundle, "--yes"]),
  ],
  "check certificates": [way("renewals check", (paths: readonly string[]) => ["--format", "tsv", ...paths])],
  "record a certificate": [way("renewals add", (name: string, file: string) => [name, "--file", file])],
  "add a context": [way("context add", (name: string) => [name, "--embedded"])],
  "record a certificate in a context": [
    way("renewals add", (file: string, context: string) => ["item", "--file", file, "--context", context]),
  ],
  "write an audit record": [way("users fields add", () => ["入社年"])],
  "verify the audit": [way("audit verify", () => ["--format", "json"])],
  "grant the whole tenant": [
    way("clomo-account edit", (user: string, password: string) => [
      user,
      "--password-file",
      password,
      "--role",
      "system",
    ]),
  ],
  "grant a division": [
    way("clomo-account edit", (user: string, password: string, org: string) => [
      user,
      "--password-file",
      password,
      "--role",
      "division",
      "--managed-orgs",
      org,
    ]),
  ],
  "create the first administrator": [
    way("serve", (account: string, password: string) => ["init", "--account", account, "--password-file", password]),
  ],
  serve: [
    way("serve", () => ["--listen", "127.0.0.1:0", "--rate", "0"], { option: "--rate" }),
    way("serve", () => ["--listen", "127.0.0.1:0"]),
  ],
  "serve all tenants": [way("serve", () => ["--all-contexts", "--listen", "127.0.0.1:0"])],
  "serve a store": [way("serve", (store: string) => ["--store", store, "--listen", "127.0.0.1:0"])],
  "make a store": [way("serve", (store: string) => ["init", "--store", store])],
  "add a tenant to a store": [
    way("serve", (name: string, file: string, store: string) => ["add", name, "--from", file, "--store", store]),
  ],
  "back up a tenant": [way("tenant backup", (file: string) => ["-o", file])],
  "add a server": [way("context add", (url: string) => ["served", "--url", url, "--use"])],
  "sign in": [way("login", (account: string, password: string) => ["--account", account, "--password-file", password])],
  "start a simulator of Apple": [
    way("", (devices: number) => ["--port", "0", "--devices", String(devices), "--seed", "bench"], {
      script: "test/support/apple/simulator/start.ts",
    }),
    way("ade simulator start", (devices: number) => ["--devices", String(devices), "--seed", "bench"]),
  ],
  "get a token of a simulator": [
    way("", (url: string, key: string, file: string) => [url, key, file], {
      script: "test/support/apple/simulator/token.ts",
    }),
    way("ade simulator do", (url: string, key: string, file: string) => [
      "token",
      "--url",
      url,
      "--public-key",
      key,
      "-o",
      file,
    ]),
  ],
  "use a simulator": [
    way("ade endpoint set", (url: string) => ["--simulator", url], { option: "--simulator" }),
    way("ade endpoint set", (url: string) => [url]),
  ],
  "create a key for a token": [way("ade keypair create", (file: string) => ["-o", file])],
  "set a token": [way("ade token set", (file: string) => [file])],
  "fetch all devices": [way("ade sync", () => ["--full", "--format", "json"])],
} as const satisfies Readonly<Record<string, Ways<readonly never[]>>>;

/** What a benchmark asks of the program. */
export type Purpose = keyof typeof WAYS;

/** What the words of a purpose need: names, paths, counts. */
export type Values<Asked extends Purpose> = Parameters<(typeof WAYS)[Asked][0]["words"]>;

/** Where a tenant keeps its records, below the home folder. */
export const TENANT_FILE = "tenants/local/tenant.db";

/** By what is counted, the rows of that file: a table, and a condition. */
export const STORED = {
  users: "user",
  devices: "device",
  "devices at Apple": "ade_device",
  orgs: "org",
} as const;

/** A checkout does not know any way to give a command. */
export class UnknownCommandError extends Error {
  readonly folder: string;

  constructor(folder: string, purpose: Purpose) {
    super(`${folder} has no command for: ${purpose}`);
    this.folder = folder;
  }
}

/** Returns what a script of a checkout prints, or undefined if it ends with an error. */
export type Ask = (script: string, args: readonly string[]) => Promise<string | undefined>;

const askScript: Ask = async (script, args) => {
  const home = await mkdtemp(join(tmpdir(), "clomoctl-bench-"));
  try {
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, CLOMOCTL_HOME: home };
    return (await promisify(execFile)(process.execPath, [script, ...args], { env })).stdout;
  } catch {
    return undefined;
  } finally {
    await rm(home, { recursive: true });
  }
};

/** Finds the words that a checkout knows. Asks only its program, and for each command only once. */
export class Words {
  readonly #folder: string;
  readonly #ask: Ask;
  readonly #helps = new Map<string, Promise<string | undefined>>();

  /** @param folder the checkout */
  constructor(folder: string, ask: Ask = askScript) {
    this.#folder = folder;
    this.#ask = ask;
  }

  /**
   * Returns what Node is to be started with: a script of the checkout and its arguments.
   *
   * @throws {@link UnknownCommandError}
   */
  async find<Asked extends Purpose>(purpose: Asked, ...values: Values<Asked>): Promise<readonly string[]> {
    return this.choose(purpose, WAYS[purpose] as unknown as Ways<Values<Asked>>, ...values);
  }

  /** Returns the first of some ways that the checkout knows, like {@link find}. */
  async choose<Given extends readonly unknown[]>(
    purpose: Purpose,
    ways: Ways<Given>,
    ...values: Given
  ): Promise<readonly string[]> {
    for (const { command, words, option, script } of ways) {
      const parts = command === "" ? [] : command.split(" ");
      if (script === undefined ? await this.#knows(parts, option) : existsSync(join(this.#folder, script)))
        return [join(this.#folder, script ?? PROGRAM), ...parts, ...words(...values)];
    }
    throw new UnknownCommandError(this.#folder, purpose);
  }

  /** A program may answer for an unknown verb with the help of the noun, so the help must name the whole command. */
  async #knows(parts: readonly string[], option = ""): Promise<boolean> {
    const named = ["clomoctl", ...parts].join(" ");
    const known = this.#helps.get(named) ?? this.#ask(join(this.#folder, PROGRAM), [...parts, "--help"]);
    this.#helps.set(named, known);
    const help = await known;
    return help?.includes(named) === true && help.includes(option);
  }
}
