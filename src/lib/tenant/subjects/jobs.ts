import { Failure } from "../../errors/index.ts";
import { addRun, JOB_RUN_FIELDS, type Job, type JobRun } from "../../model/job.ts";
import { text } from "../../text/index.ts";
import type { Session } from "../ledger/session.ts";
import { checkValues } from "../ledger/records.ts";
import { insertRow } from "../ledger/rows.ts";
import { findJob } from "./job-operations.ts";

const NO_VALUES = Object.fromEntries(Object.keys(JOB_RUN_FIELDS).map((name) => [name, null]));

/** Runs are not in the audit log, because they are not changes; the record says who added it. */
export const addJobRun = (session: Session, given: Partial<JobRun>): Promise<Job> =>
  session.change({ action: null, locks: [] }, async (writer) => {
    const run = { ...NO_VALUES, ...given } as JobRun;
    checkValues(JOB_RUN_FIELDS, run);
    const { credential } = session.actor;
    const by = credential?.kind === "token" ? `${session.actorName} (${credential.name})` : session.actorName;
    const result = { ...addRun(await findJob(writer, run.job), run), by };
    await insertRow(writer, "job", { name: run.job, run: JSON.stringify(result) }, ["name"]);
    return { result, objects: [] };
  });

export const forgetJob = (session: Session, job: string): Promise<Job> =>
  session.change({ action: "jobs.remove", commits: false, locks: [] }, async (writer) => {
    const result = await findJob(writer, job);
    if (result === undefined)
      throw new Failure("not-found", {
        what: text(`no job is named "${job}"`, `「${job}」という自動実行の記録はありません`),
      });
    await writer.run("delete from main.job where name = :job", { job });
    return { result, objects: [{ thing: "job", id: job }] };
  });
