/** How many files and sockets this process may have open at a time; Infinity where the system sets no limit. */
export function openFilesLimit(): number {
  // Without the lookup of host names, which may take seconds.
  const report = Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const limit = Number(userLimits?.open_files?.soft);
  return Number.isFinite(limit) ? limit : Number.POSITIVE_INFINITY;
}
