import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openClient, type Client, type NounName } from "../../../src/lib/client/index.ts";
import { openTenant } from "../../../src/lib/tenant/api/index.ts";
import { TestSurroundings } from "../tenant/tenant.ts";
import { freshHome, run, type Outcome, type RunOptions } from "./home.ts";

export const HEADER = "氏名,メールアドレス,組織コード,役職";
const PEOPLE = [HEADER, "山田 太郎,taro@example.com,S01,部長", "佐藤 花子,hanako@example.com,S02,"];

/** Returns the content of a file with these lines, each with CRLF. */
export const csv = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join("");

export interface Result {
  readonly number: number;
  readonly importId: string;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly committed: boolean;
}

export const parseResult = ({ text }: Outcome): Result => JSON.parse(text) as Result;

/** Runs command lines in one home. The lines do not contain `clomoctl`. */
export class Desk {
  readonly home: string;

  constructor(home: string) {
    this.home = home;
  }

  path(name: string): string {
    return join(this.home, name);
  }

  write(name: string, content: string | Uint8Array): Promise<void> {
    return writeFile(this.path(name), content);
  }

  run(line: string, stdin: string | Uint8Array = ""): Promise<Outcome> {
    return run(line.split(" "), { home: this.home, stdin });
  }

  type(line: string, typing: Required<RunOptions>["typing"]): Promise<Outcome> {
    return run(line.split(" "), { home: this.home, typing });
  }

  /** Reads the home's tenant as its owner. */
  async read<N extends NounName, T>(noun: N, work: (client: Client<N>) => Promise<T>): Promise<T> {
    const tenant = openTenant({
      folder: join(this.home, "tenants", "local"),
      name: "local",
      acting: "owner",
      actor: "owner",
      surroundings: new TestSurroundings(),
    });
    const client = await openClient(
      { transport: () => Promise.reject(new TypeError("nothing is sent")), perform: tenant.perform },
      [noun],
    );
    try {
      return await work(client);
    } finally {
      await tenant.close();
    }
  }

  async states(): Promise<string[]> {
    const all = await this.read("imports", ({ imports }) => imports.list());
    return all.map(({ state }) => state);
  }

  /** Returns the tenant's users as `users export` writes them. */
  async users(): Promise<string> {
    return (await this.run("users export --encoding utf-8 --quiet")).text;
  }
}

/** Creates a home with a file `people.csv`. */
export async function freshDesk(people: readonly string[] = PEOPLE): Promise<Desk> {
  const desk = new Desk(freshHome());
  await desk.write("people.csv", csv(people));
  return desk;
}
