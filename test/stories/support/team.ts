import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Running } from "#support/process/program.ts";
import * as w from "../words.ts";
import { firstLine } from "./first-line.ts";
import { Story, type StorySettings } from "./story.ts";

/** A server that a story started. */
export interface Server {
  readonly url: string;
  readonly running: Running;
}

/** Starts `serve` for a computer, at a free port or at the one of an earlier address. */
export async function startServer(story: Story, earlier?: string): Promise<Server> {
  const running = story.start(w.serve("--listen", earlier === undefined ? "127.0.0.1:0" : new URL(earlier).host));
  return { url: await firstLine(running), running };
}

/** Stops a server as systemd does, and returns its exit code and its log. */
export async function stopServer({ running }: Server): Promise<{ readonly code: number | null; readonly log: string }> {
  running.process.kill("SIGTERM");
  const { code, stderr } = await running.ended;
  return { code, log: stderr };
}

/** Files of a colleague's home that contain the server's address. */
const ADDRESSED = ["contexts.json", join("credentials", "office")];

/** Somebody who works on a server's tenant. Proposed commands are tried on a copy of the server. */
export class Colleague extends Story {
  readonly #server: Story;
  readonly #url: string;

  constructor(folder: string, server: Story, url: string, settings: StorySettings) {
    super(folder, settings);
    this.#server = server;
    this.#url = url;
  }

  protected override async execute(proposal: string, tenant?: string, after?: string): Promise<void> {
    const copy = await mkdtemp(join(tmpdir(), "clomoctl-served-"));
    await cp(this.#server.home, join(copy, "home"), { recursive: true });
    const server = await startServer(new Story(copy, {}));
    try {
      await this.#replaceAddress(this.#url, server.url);
      await super.execute(proposal, tenant, after);
    } finally {
      await this.#replaceAddress(server.url, this.#url);
      await stopServer(server);
      await rm(copy, { recursive: true, force: true });
    }
  }

  async #replaceAddress(from: string, to: string): Promise<void> {
    for (const name of ADDRESSED) {
      const file = join(this.home, name);
      const content = await readFile(file, "utf8").catch(() => undefined);
      if (content !== undefined) await writeFile(file, content.replaceAll(from, to));
    }
  }
}

/** A colleague on a computer of their own, in a folder of the server's story, with a context `office`. */
export async function joinTeam(server: Story, name: string, url: string, settings: StorySettings): Promise<Colleague> {
  const folder = server.path(name);
  await mkdir(folder);
  await cp(server.path("people.csv"), join(folder, "people.csv"));
  const colleague = new Colleague(folder, server, url, settings);
  await colleague.run(w.addServedTenant("office", url, "--use"));
  return colleague;
}
