import { mkdir, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import {
  createCertificate,
  createContentToken,
  createKeys,
  createRequest,
  createServerToken,
  type Download,
} from "./support/apple-files.ts";
import { story } from "./support/story.ts";
import { typed, TYPED_LIST, writeTyped } from "./support/typed.ts";
import * as w from "./words.ts";

const NOW = new Date("2026-11-28T00:05:00Z");
const [LAST_YEAR, THIS_YEAR, NEXT_YEAR] = ["2025-12-20", "2026-12-20", "2027-11-27"].map(
  (day) => new Date(`${day}T03:00:00Z`),
) as [Date, Date, Date];

/** A file that somebody believes to be the new one. */
interface Candidate {
  readonly item: string;
  readonly inUse: Download;
  readonly next: Download;
  /** the signing request that CLOMO handed out, where it is compared */
  readonly request?: string;
}

story(
  "nine wrong renewals are refused by every command, and the right ones are taken",
  async (s) => {
    s.setClock(NOW);
    await writeTyped(s);
    const [oldKeys, keys, otherKeys, vendor] = await Promise.all([
      createKeys(),
      createKeys(),
      createKeys(),
      createKeys(),
    ]);
    const topic = randomUUID();
    const push = async (name: string, expires: Date, facts: object = {}): Promise<Download> => ({
      name: `${name}.pem`,
      content: await createCertificate({ keys, expires, topic, ...facts }),
    });
    const server = (made: string, recipient: string): Promise<Download> =>
      createServerToken({ server: "本社", made: new Date(made), recipient, keys });
    const certificate = await push("MDM_i3Systems,Inc._Certificate", THIS_YEAR, { keys: oldKeys });
    const token = await server("2026-01-10T02:00:00Z", "CLOMO");
    const apps = createContentToken("Tokyo", "Minato KK", THIS_YEAR);
    const request = await createRequest(keys, vendor);
    const others = { topic: randomUUID(), keys: otherKeys };
    const itemsOfPush = { item: "push-certificate", inUse: certificate };

    const wrong: Readonly<Record<string, Candidate>> = {
      "another Apple Account": { ...itemsOfPush, next: await push("created", NEXT_YEAR, { topic: randomUUID() }) },
      "another tenant": { ...itemsOfPush, next: await push("aoba", NEXT_YEAR, others) },
      "another issuer": { ...itemsOfPush, next: await push("own", NEXT_YEAR, { issuer: "CN=Example Root CA" }) },
      "another request": {
        ...itemsOfPush,
        next: await push("another-request", NEXT_YEAR, { keys: otherKeys }),
        request,
      },
      "last year's request": {
        ...itemsOfPush,
        next: await push("old-request", NEXT_YEAR, { keys: oldKeys }),
        request: await createRequest(oldKeys, vendor),
      },
      "a token for another key": {
        item: "本社",
        inUse: token,
        next: await server("2026-11-27T02:00:00Z", "Other MDM"),
      },
      "another organisation": { item: "Tokyo", inUse: apps, next: createContentToken("Tokyo", "Aoba KK", NEXT_YEAR) },
      "an older file": { ...itemsOfPush, next: await push("2025", LAST_YEAR) },
      "the same file": { ...itemsOfPush, next: certificate },
    };
    const right: Readonly<Record<string, Candidate>> = {
      push: { ...itemsOfPush, next: await push("renewed", NEXT_YEAR), request },
      ade: { item: "本社", inUse: token, next: await server("2026-11-27T02:00:00Z", "CLOMO") },
      vpp: { item: "Tokyo", inUse: apps, next: createContentToken("Tokyo", "Minato KK", NEXT_YEAR) },
    };

    /** Stores a file under a folder of its own, as names are the same. */
    const store = async (folder: string, { name, content }: Download): Promise<string> => {
      await mkdir(s.path(folder), { recursive: true });
      await writeFile(s.path(`${folder}/${name}`), content);
      return s.path(`${folder}/${name}`);
    };
    /** Compares a file with the file in use, without a tenant. */
    const compare = async (folder: string, { inUse, next, request: csr }: Candidate, code: number): Promise<string> => {
      const file = await store(folder, next);
      const given = csr === undefined ? [] : ["--csr", await store(folder, { name: "request.csr", content: csr })];
      await s.run(w.renewals.compare(s.path(`in-use/${inUse.name}`), file, ...given), { code });
      return file;
    };

    for (const context of ["minato", "aoba"]) await s.run(w.addTenant(context));
    for (const file of [certificate, token, apps]) await store("in-use", file);
    for (const context of ["minato", "aoba"]) await s.run(w.renewals.add(s.path("in-use"), "--context", context));
    const before = await w.renewalItems(s);
    expect(before).toHaveLength(6);
    const changes = await w.lastChange(s, "minato");

    for (const [name, candidate] of Object.entries(wrong)) {
      const file = await compare(`wrong ${name}`, candidate, 3);
      // recording does not know the request: a person compares first
      if (candidate.request !== undefined) continue;
      await s.run(w.renewals.renew(candidate.item, file, "--context", "minato"), { code: 3 });
      expect(await w.renewalItems(s), name).toEqual(before);
    }
    expect(await w.lastChange(s, "minato")).toBe(changes);

    for (const [name, candidate] of Object.entries(right)) {
      const file = await compare(`right ${name}`, candidate, 0);
      const expires = name === "ade" ? "2027-11-27" : NEXT_YEAR.toISOString().slice(0, 10);
      const commands = w.renewals.renewAndConfirm(candidate.item, file, expires, "--context", "aoba");
      for (const words of commands) await s.run(words);
      const item = (await w.renewalItems(s)).find((one) => one.context === "aoba" && one.name === candidate.item);
      expect(item?.expiresAt.slice(0, 10)).toBe(expires);
    }
  },
  { fill: typed },
);

story(
  "a date is judged by the file that is in use, and before the hour at which it ends",
  async (s) => {
    s.setClock(NOW);
    await writeTyped(s);
    const keys = await createKeys();
    const issuer = "CN=Example Server CA";
    const write = async (name: string, expires: Date): Promise<string> =>
      s.write(name, await createCertificate({ keys, expires, issuer }));
    const days = async (name: string): Promise<number | undefined> =>
      (await w.renewalItems(s)).find((item) => item.name === name)?.daysLeft;
    await s.run(w.addTenant("minato"));
    await s.run(w.users.import(TYPED_LIST, "--yes"), { tried: false });
    await s.run(w.accounts.create("hanako@example.jp", "--account", "hanako"), { tried: false });
    await s.run(w.renewals.add("radius", "--file", await write("radius.crt", THIS_YEAR)));
    expect(await days("radius")).toBe(22);
    // the certificate of a server is renewed in its place, as certbot does
    await write("radius.crt", NEXT_YEAR);
    await s.run(w.renewals.check());
    // a certificate that ends at 8 in the morning of the next day must be renewed today
    await s.run(w.renewals.add("gate", "--file", await write("gate.crt", new Date("2026-11-28T23:00:00Z"))));
    expect(await days("gate")).toBe(0);
    s.setClock(new Date("2026-11-29T00:05:00Z"));
    await s.run(w.renewals.check(), { code: 2 });
  },
  { fill: typed },
);
