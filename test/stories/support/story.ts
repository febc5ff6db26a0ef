import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import {
  ROOT,
  start,
  startOnTerminal,
  type Outcome,
  type Running,
  type TerminalProgram,
} from "#support/process/program.ts";
import { contextNames, lastChange } from "../words.ts";
import { IS_OTHER_CONSOLE } from "./console.ts";
import { findProposals, fillPlaceholders, isLongRunning, isVerdict, writtenFile, type Fill } from "./proposals.ts";
import { runInShell, type Answers } from "./shell.ts";

/** true if the long versions of the stories run, too: a million users, a year of nights, many kills */
export const FULL = process.env["CLOMOCTL_STORIES"] === "full";

const CLOCK = join(import.meta.dirname, "clock.ts");

/** Colours of a terminal. Commands that the program proposes are the only cyan text that begins with its name. */
const STYLE = /\u001B\[[\d;?]*[A-Za-z]/g;

export const withoutStyles = (shown: string): string => shown.replaceAll(STYLE, "");

/** How many characters of an output a failed assertion shows. */
const MAX_SHOWN = 2000;

/** What one run of the program came to. */
export interface Result {
  readonly code: number;
  /** bytes of stdout */
  readonly bytes: Buffer;
  /** stdout and stderr as UTF-8, without styles */
  readonly stdout: string;
  readonly stderr: string;
  /** the proposed commands, as printed */
  readonly proposals: readonly string[];
}

/** Options of one run. */
export interface RunSettings {
  /** expected exit codes; 0 by default, "any" for all */
  readonly code?: number | readonly number[] | "any";
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** the context that the messages are about, if the words do not name it and another one is in use */
  readonly tenant?: string;
  /** true: the messages are about several contexts, each proposed command is about the one that it names */
  readonly aboutAll?: boolean;
  /** false: the proposed commands are not tried, because the home is too large to be copied or is used by others */
  readonly tried?: boolean;
}

/** Settings of a story. */
export interface StorySettings {
  /** values for the placeholders (FILE, USER, …) of proposed commands */
  readonly fill?: Fill;
  /** answers to questions of proposed commands; otherwise yes, a number that the question names, or Enter */
  readonly answers?: Answers;
  readonly env?: Readonly<Record<string, string>>;
}

const STORY_FOLDER = "clomoctl-story-";

/** The kinds of proposed commands that were tried, with the computer and the tenant, by all stories of a file. */
const TRIED = new Set<string>();

/** How a proposed command is tried. */
interface TrySettings {
  readonly aboutAll?: boolean;
  /** another one of the same message that is executed before it */
  readonly after?: string | undefined;
}

/**
 * One person's work with the program: a folder with a home and files, and a clock. Each command that the program
 * proposes on the way is tried once per kind (verb and options), computer and tenant, in a copy of the folder.
 */
export class Story {
  readonly #settings: StorySettings;
  readonly folder: string;
  #now: Date | undefined;

  constructor(folder: string, settings: StorySettings) {
    this.folder = folder;
    this.#settings = settings;
  }

  /** CLOMOCTL_HOME */
  get home(): string {
    return join(this.folder, "home");
  }

  /** Sets the program's clock from now on; undefined: the computer's clock. */
  setClock(now: Date | undefined): void {
    this.#now = now;
  }

  /** Returns the path of a file of this story. */
  path(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    await writeFile(this.path(name), content);
    return this.path(name);
  }

  async read(name: string): Promise<Buffer> {
    return readFile(this.path(name));
  }

  environment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
    const clock = this.#now && { NODE_OPTIONS: `--import=${CLOCK}`, STORY_NOW: this.#now.toISOString() };
    return { FORCE_COLOR: "1", ...clock, ...this.#settings.env, ...env };
  }

  /** Starts the program without waiting for it, for example to kill it. */
  start(words: readonly string[], { stdin, env }: RunSettings = {}): Running {
    return start(words, {
      home: this.home,
      cwd: this.folder,
      env: this.environment(env),
      ...(stdin === undefined ? {} : { stdin }),
    });
  }

  /** Starts the program in a pseudo-terminal of 80 × 24. */
  startOnTerminal(words: readonly string[], env: Readonly<Record<string, string>> = {}): TerminalProgram {
    const size = { columns: 80, rows: 24 };
    return startOnTerminal(words, { home: this.home, cwd: this.folder, size, env: this.environment(env) });
  }

  /** Runs the program without a terminal, checks its exit code, and tries the commands that it proposes. */
  async run(words: readonly string[], settings: RunSettings = {}): Promise<Result> {
    const outcome = await this.start(words, settings).ended;
    if (IS_OTHER_CONSOLE && outcome.code === 3 && (await this.#learn(outcome.stderr)))
      return this.judge(words, await this.start(words, settings).ended, settings);
    return this.judge(words, outcome, settings);
  }

  /** Types the proposed command that learns the headers of another console, and only presses Enter. */
  async #learn(stderr: string): Promise<boolean> {
    const command = findProposals(stderr).find((one) => one.startsWith("clomoctl layouts learn"));
    if (command === undefined) return false;
    const env = { ...this.environment(), CLOMOCTL_HOME: this.home, HOME: this.folder };
    const { code, screen } = await runInShell(command, { cwd: this.folder, env });
    expect(code, withoutStyles(screen)).toBe(0);
    return true;
  }

  /** Returns the result of a run that {@link start} began, after the checks of {@link run}. */
  async judge(words: readonly string[], outcome: Outcome, settings: RunSettings = {}): Promise<Result> {
    const { code = 0, tried = true, aboutAll = false } = settings;
    const proposals = [...new Set([...findProposals(outcome.text), ...findProposals(outcome.stderr)])];
    const result: Result = {
      code: outcome.code ?? -1,
      bytes: outcome.stdout,
      stdout: withoutStyles(outcome.text),
      stderr: withoutStyles(outcome.stderr),
      proposals,
    };
    if (code !== "any") {
      const shown = `clomoctl ${words.join(" ")}\n${result.stdout.slice(0, MAX_SHOWN)}\n${result.stderr.slice(-MAX_SHOWN)}`;
      expect([code].flat(), shown).toContain(result.code);
    }
    if (!tried) return result;
    for (const proposal of proposals) {
      if (aboutAll) await this.tryNamed(proposal);
      else await this.try(proposal, settings.tenant ?? namedContext(words), { after: writerFor(proposal, proposals) });
    }
    return result;
  }

  /** Runs the program and returns its stdout as JSON. */
  async json<T>(words: readonly string[], settings: RunSettings = {}): Promise<T> {
    const { stdout } = await this.run([...words, "--format", "json"], settings);
    return JSON.parse(stdout) as T;
  }

  /**
   * Executes a proposed command literally in a copy of this story's folder, in a terminal where every question is
   * answered with yes. It must be known to the program, must find what it names, and must not change another tenant
   * than the one that its message was about.
   */
  async try(proposal: string, tenant?: string, { aboutAll = false, after }: TrySettings = {}): Promise<void> {
    const kind = proposal
      .split(" ")
      .filter((word) => /^(?:--?[a-z]|[a-z][a-z-]*$)/.test(word) && word !== tenant)
      .map((word) => word.split("=")[0])
      .join(" ");
    const key = `${this.#computer} ${aboutAll ? "" : tenant} ${kind}`;
    if (TRIED.has(key)) return;
    TRIED.add(key);
    await this.execute(proposal, tenant, after);
  }

  /** Executes a proposed command in a copy of this story's folder. */
  protected async execute(proposal: string, tenant?: string, after?: string): Promise<void> {
    const copy = await mkdtemp(join(tmpdir(), "clomoctl-tried-"));
    try {
      await cp(this.folder, copy, { recursive: true, filter: (path) => !path.startsWith(join(this.home, "cache")) });
      const filled = this.#fill(proposal, copy);
      const steps = after === undefined ? [filled] : [this.#fill(after, copy), filled];
      const line = isLongRunning(filled) ? `${filled} --help` : steps.join(" && ");
      const inCopy = new Story(copy, this.#settings);
      inCopy.setClock(this.#now);
      const names = await contextNames(inCopy);
      const about = tenant ?? names.find(({ inUse }) => inUse)?.name;
      const others = names.filter(({ name }) => names.length > 1 && name !== about);
      const before = await inCopy.#lastChanges(others);
      const { code, screen } = await runInShell(line, {
        cwd: copy,
        answers: this.#settings.answers,
        env: { ...inCopy.environment(), CLOMOCTL_HOME: join(copy, "home"), HOME: copy },
      });
      const shown = `proposed: ${proposal}\nexecuted: ${line}\n${withoutStyles(screen).slice(-MAX_SHOWN)}`;
      expect([137, ...(isVerdict(filled) ? [3, 6] : [1, 2, 6])], shown).not.toContain(code);
      expect(await inCopy.#lastChanges(others), shown).toEqual(before);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  }

  /** Tries a command that is about the context that it names, among messages about several. */
  async tryNamed(proposal: string): Promise<void> {
    await this.try(proposal, namedContext(proposal.split(" ")), { aboutAll: true });
  }

  /** The name of another computer than the story's first. */
  get #computer(): string {
    const name = basename(this.folder);
    return name.startsWith(STORY_FOLDER) ? "" : name;
  }

  #fill(proposal: string, copy: string): string {
    return fillPlaceholders(proposal, this.#settings.fill ?? {}).replaceAll(this.folder, copy);
  }

  /** Returns the number of the last change of each context. */
  async #lastChanges(contexts: readonly { readonly name: string }[]): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const { name } of contexts) found[name] = await lastChange(this, name);
    return found;
  }
}

/** Returns the other proposed command that writes a file which this one reads. */
const writerFor = (proposal: string, proposals: readonly string[]): string | undefined =>
  proposals.find((other) => {
    const file = writtenFile(other);
    return other !== proposal && file !== undefined && proposal.split(" ").includes(file);
  });

const namedContext = (words: readonly string[]): string | undefined => {
  const at = words.indexOf("--context");
  return at === -1 ? undefined : words[at + 1];
};

/** Defines a story: its folder is removed when it ends. */
export function story(name: string, tell: (story: Story) => Promise<void>, settings: StorySettings = {}): void {
  test(name, async () => {
    const folder = await mkdtemp(join(tmpdir(), STORY_FOLDER));
    try {
      await tell(new Story(folder, settings));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Defines a story that only runs with `npm run stories -- --full`. */
export function fullStory(name: string, tell: (story: Story) => Promise<void>, settings: StorySettings = {}): void {
  if (FULL) story(name, tell, settings);
}

export { ROOT };
