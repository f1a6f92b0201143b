/**
 * `@polyvol/report`: the report of `@polyvol/backup` as one self-contained page.
 *
 * @module @polyvol/report
 */
export { type ReportPageOptions, renderReportPage } from "./page.ts";
