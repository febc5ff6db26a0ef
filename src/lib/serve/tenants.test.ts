import { expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { same } from "../text/index.ts";
import { TenantRouter, type ServedTenant } from "./tenants.ts";
import type { RequestOrigin, RequestTrace } from "./options.ts";

/** A router of which each tenant notes what happens to it. */
function openRouter(limit: number) {
  const events: string[] = [];
  const busy = new Set<string>();
  const removed = new Set<string>();
  const open = (found: { readonly name: string } | undefined): ServedTenant => {
    const name = found?.name ?? "nobody";
    if (name === "damaged") throw new Error(`/var/lib/${name}/tenant.db is damaged`);
    if (name === "away") throw new Failure("unavailable", { what: same("no store"), retryAfterMs: 1000 });
    events.push(`open ${name}`);
    return {
      answer: async () => new Response(name),
      isIdle: () => !busy.has(name),
      isStored: () => !removed.has(name),
      close: async () => {
        events.push(`close ${name}`);
        removed.delete(name);
      },
    };
  };
  const find = async (name: string) => (name === "unknown" ? undefined : { name });
  const router = new TenantRouter({ limit, find, list: async () => [], keyOf: (name) => name, open });
  let ids = 0;
  const ask = async (name: string, until = new AbortController()) => {
    const id = `request-${(ids += 1)}`;
    const trace: RequestTrace = { route: null, account: null };
    const from = { id, until } as unknown as RequestOrigin;
    const response = await router.answer(new Request(`http://localhost/t/${name}/v1/users`), from, trace);
    return { id, trace, body: await response.text() };
  };
  const askAndEnd = async (name: string): Promise<void> => router.release((await ask(name)).id);
  return { router, events, busy, removed, ask, askAndEnd };
}

test("the tenant that was used longest ago is closed, and opened again when it is asked for", async () => {
  const { events, askAndEnd } = openRouter(2);
  for (const name of ["a", "b", "a", "c", "a", "b"]) await askAndEnd(name);
  expect(events).toEqual(["open a", "open b", "open c", "close b", "open b", "close c"]);
});

test("a tenant stays open while it answers, and while its work continues", async () => {
  const { events, busy, router, ask, askAndEnd } = openRouter(1);
  const { id } = await ask("a");
  busy.add("b");
  for (const name of ["b", "c"]) await askAndEnd(name);
  expect(events).toEqual(["open a", "open b", "open c", "close c"]);
  router.release(id);
  expect(events.at(-1)).toBe("close a");
  await router.close();
  expect(events.at(-1)).toBe("close b");
});

test("a sender that is gone before the tenant is opened does not keep it open", async () => {
  const { events, ask, askAndEnd } = openRouter(1);
  const gone = new AbortController();
  gone.abort();
  await ask("a", gone);
  await askAndEnd("b");
  expect(events).toEqual(["open a", "open b", "close a"]);
});

test("a tenant is closed after its file was removed, and another one in its place is opened", async () => {
  const { events, removed, askAndEnd } = openRouter(9);
  for (const name of ["a", "b"]) await askAndEnd(name);
  removed.add("a");
  await askAndEnd("a");
  removed.add("b");
  await askAndEnd("unknown");
  expect(events).toEqual(["open a", "open b", "close a", "open a", "close b", "open nobody"]);
});

test("names that do not exist never close a tenant that does", async () => {
  const { events, ask, askAndEnd } = openRouter(1);
  await askAndEnd("a");
  expect(await ask("unknown")).toMatchObject({ body: "nobody", trace: { tenant: undefined } });
  await askAndEnd("unknown");
  expect(events).toEqual(["open a", "open nobody"]);
});

test("a tenant that cannot be opened is named in the log, and not in the response", async () => {
  const { ask } = openRouter(1);
  const failed = await ask("damaged").catch((error: unknown) => error);
  expect(failed).toMatchObject({ status: 503 });
  expect(await ask("away").catch((error: unknown) => error)).toMatchObject({ status: 503, retryAfterMs: 1000 });
  expect(JSON.stringify(failed)).not.toContain("/var/lib");
});
