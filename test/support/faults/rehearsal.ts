import { mkdirSync, mkdtempSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { run, type Outcome } from "../process/program.ts";
import { filesOf } from "../process/tenant-state.ts";
import { contentOf, outputsOf } from "./content.ts";
import { IDS, type Fault, type FaultyDisk } from "./disk.ts";
import type { Work } from "./works.ts";

/** What a command leaves behind. */
export interface Left {
  /** the tenant's records */
  readonly content: string | undefined;
  /** the bytes of each output, in base64; undefined where there is none */
  readonly outputs: readonly (string | undefined)[];
  /** the names of its files */
  readonly files: string;
}

/** The homes that works start from, each made once in the folder of a disk: a worker keeps modules from test file to test file. */
const templates = new WeakMap<FaultyDisk, Map<Work["prepare"], Promise<Template>>>();

interface Template {
  readonly folder: string;
  /** what `ID` means in a work's line */
  readonly id: string;
}

const templateOf = (faulty: FaultyDisk, prepare: Work["prepare"]): Promise<Template> => {
  const made = templates.get(faulty) ?? new Map<Work["prepare"], Promise<Template>>();
  templates.set(faulty, made);
  const known = made.get(prepare) ?? makeTemplate(faulty, prepare);
  made.set(prepare, known);
  return known;
};

async function makeTemplate({ folder }: FaultyDisk, prepare: Work["prepare"]): Promise<Template> {
  const home = join(mkdtempSync(join(folder, "template-")), "home");
  mkdirSync(home);
  return { folder: home, id: await prepare(home) };
}

/** A work, the home that it starts from, and what is there before and after it on a sound disk. */
export class Rehearsal {
  readonly #faulty: FaultyDisk;
  readonly #work: Work;
  readonly #template: string;
  readonly #copies: string;
  readonly #line: readonly string[];
  #copied = 0;

  private constructor(faulty: FaultyDisk, work: Work, { folder, id }: Template) {
    this.#faulty = faulty;
    this.#work = work;
    this.#template = folder;
    this.#copies = mkdtempSync(join(faulty.folder, "work-"));
    this.#line = work.line.map((word) => (word === "ID" ? id : word));
  }

  static async of(faulty: FaultyDisk, work: Work): Promise<Rehearsal> {
    return new Rehearsal(faulty, work, await templateOf(faulty, work.prepare));
  }

  async home(): Promise<string> {
    const home = join(this.#copies, String((this.#copied += 1)));
    await cp(this.#template, home, { recursive: true });
    return home;
  }

  /** Runs the work, on a sound disk where no fault is given. */
  run(home: string, fault: Fault = { number: 0 }): Promise<Outcome> {
    return run(this.#line, { home, cwd: home, env: this.#faulty.environment(home, fault) });
  }

  async left(home: string): Promise<Left> {
    // what a command that ended badly could not remove, the next one does
    await run(["imports", "list"], { home });
    const files = (await filesOf(home)).filter((name) => !name.startsWith("settings.lock"));
    return {
      content: contentOf(home),
      outputs: outputsOf(home, this.#work.outputs ?? []),
      files: files.join(" ").replace(IDS, "ID"),
    };
  }
}
