import { expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { BASE_HEADER } from "../tenant/api/wire.ts";
import { same } from "../text/index.ts";
import { openClient } from "./index.ts";
import { Changes, type ChangeState } from "./changes.ts";

const DONE = { user: "leaver", users: [] };

async function openTold(status: number | "lost") {
  const told: ChangeState[] = [];
  const sent: unknown[] = [];
  let revision = 7;
  const transport = async (request: Request): Promise<Response> => {
    sent.push([request.method, request.headers.get(BASE_HEADER)]);
    if (status === "lost") throw new Failure("unavailable", { what: same("lost") });
    return Response.json(DONE, { status });
  };
  const changes = new Changes(
    (state) => told.push(state),
    async () => revision++,
  );
  return { changes, told, sent, client: await openClient({ transport, changes }, ["users", "renewals"]) };
}

test.each([
  [200, ["sent", "made"]],
  [409, ["sent", "refused"]],
  [503, ["sent"]],
  ["lost", ["sent"]],
] as const)("a change is told when it is sent and answered: %s", async (status, states) => {
  const { client, told } = await openTold(status);
  await client.users.move({ ids: ["a"], org: "b" }).catch(() => undefined);
  expect(told).toEqual(states);
});

test("a dry run is no change", async () => {
  const { client, told, sent, changes } = await openTold(200);
  await changes.asked();
  await client.users.move({ ids: ["a"], org: "b", dryRun: true });
  expect({ told, sent }).toEqual({ told: [], sent: [["POST", null]] });
});

test("only the change after a question depends on the revision that was known before it", async () => {
  const { client, sent, changes } = await openTold(200);
  const move = () => client.users.move({ ids: ["a"], org: "b" });
  await move();
  await changes.look();
  await changes.asked();
  await move();
  await changes.look();
  await move();
  await changes.asked();
  await client.renewals.remove("c");
  expect(sent).toEqual([
    ["POST", null],
    ["POST", "7"],
    ["POST", null],
    ["DELETE", "9"],
  ]);
});
