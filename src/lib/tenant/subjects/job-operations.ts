import { JOB_RUN_FIELDS, type Job } from "../../model/job.ts";
import { operation } from "./operation.ts";
import type { Reader } from "../store/types.ts";

export const jobs = {
  list: operation({
    route: "GET /v1/jobs",
    about: "List the commands that run without a terminal, each with its last run",
    // errors may contain personal names, as audit records do
    needs: ["audit.read"],
    run: ({ session }) => session.read(listJobs),
  }),
  add: operation({
    route: "POST /v1/jobs",
    about: "Record a run of a job",
    input: ({ z, buildFieldSchemas }) => z.strictObject(buildFieldSchemas(JOB_RUN_FIELDS)),
    needs: ["jobs"],
    changes: false,
    run: async ({ session }, given) => (await import("./jobs.ts")).addJobRun(session, given),
  }),
  forget: operation({
    route: "DELETE /v1/jobs",
    about: "Forget a job that no longer runs",
    input: ({ z }) => z.strictObject({ job: z.string() }),
    needs: ["tenant.write"],
    changes: false,
    run: async ({ session }, { job }) => (await import("./jobs.ts")).forgetJob(session, job),
  }),
};

export type { Job, JobRun } from "../../model/job.ts";

const toJob = (row: { readonly run: string }): Job => JSON.parse(row.run) as Job;

const listJobs = async (reader: Reader): Promise<readonly Job[]> =>
  (await reader.all<{ run: string }>("select run from main.job order by name")).map(toJob);

export const findJob = async (reader: Reader, name: string): Promise<Job | undefined> => {
  const row = await reader.get<{ run: string }>("select run from main.job where name = :name", { name });
  return row && toJob(row);
};
