import { press } from './api.js';
import { el } from './dom.js';

/** Shows what goes on in a thread, one row a job; rows are updated in place, so that a press on Cancel is never lost. */
export function createProgress(container, showError) {
  const rows = new Map();

  return {
    show(thread, jobs) {
      const going = new Set(jobs.map(({ jobId }) => jobId));
      for (const [id, row] of rows) {
        if (going.has(id)) continue;
        row.node.remove();
        rows.delete(id);
      }
      for (const job of jobs) {
        if (!rows.has(job.jobId)) rows.set(job.jobId, createRow(container, thread, showError));
        rows.get(job.jobId).update(job);
        if (job.preview) rows.get(job.jobId).preview(job.preview);
      }
    },
    preview(jobId, address) {
      rows.get(jobId)?.preview(address);
    },
  };
}

function createRow(container, thread, showError) {
  const label = el('span', { class: 'job-label' });
  const bar = el('progress', { max: 1 });
  const cancel = el('button', { type: 'button', class: 'quiet-button', hidden: true });
  const preview = el('img', { class: 'job-preview', alt: 'How the picture looks so far', hidden: true });
  const node = el('div', { class: 'job' }, preview, el('div', { class: 'job-state' }, label, bar, cancel));
  let control;
  cancel.addEventListener('click', async () => {
    cancel.disabled = true;
    await press(thread, undefined, { id: control.id }).catch((error) => showError(error.message));
  });
  container.append(node);
  return {
    node,
    update(job) {
      control = job.cancel;
      label.textContent = labelOf(job);
      bar.setAttribute('aria-label', job.label);
      if (job.fraction === undefined) bar.removeAttribute('value');
      else bar.value = job.fraction;
      cancel.hidden = !control;
      cancel.textContent = control?.label ?? '';
    },
    preview(address) {
      preview.src = address;
      preview.hidden = false;
    },
  };
}

function labelOf({ label, ahead, etaSeconds, status, step, steps }) {
  const parts = [label];
  if (status === 'running' && steps > 1) parts.push(`step ${step} of ${steps}`);
  if (status === 'queued' && ahead > 0 && !label.includes('ahead')) parts.push(`${ahead} ahead of you`);
  if (status === 'running' && etaSeconds >= 1) parts.push(`about ${Math.round(etaSeconds)} s left`);
  return parts.join(' · ');
}
