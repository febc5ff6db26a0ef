import { line, step } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** SHA-256 of `fixtures/people.csv`, which the README imports */
const SAMPLE_SHA256 = "a5c5af903e00c6abea1cc777b0127b6f44aab4020f305df457a7e164a7161f28";

/** @throws `conflict` if the tenant contains the sample before the first export of the console */
export async function refuseSample(tools: Tools): Promise<void> {
  const { client } = await tools.tenant("imports", "tenant");
  if ((await client.tenant.show()).mirroredAt !== null) return;
  const sample = (await client.imports.list()).find(
    ({ inputSha256, state }) => inputSha256 === SAMPLE_SHA256 && state === "committed",
  );
  if (sample === undefined) return;
  const { number, change, create, orgsCreated } = sample;
  throw new Failure("conflict", {
    what: text(
      `the tenant contains ${formatCount(create, "user")} of the sample (import ${number}); nothing was changed`,
      `テナントにサンプルのユーザーが ${create} 人います(インポート ${number})。何も変更していません`,
    ),
    hint: step(
      "first undo that import",
      "先にそのインポートを取り消してください",
      line("undo", [Number(change)], { confirmDeletions: create + orgsCreated }),
    ),
  });
}
