import { type FieldFault, type LawCitation, localDate, type Problem, REVISIONS } from '../../kernel';
import { Html, html, type Language } from '../../platform';
import type { Opened, OrderView } from '../app/partner.service';
import { orderStates } from '../domain/order.states';
import { LINE_RESULTS, MEASURES } from '../domain/report';
import { KIND, MEASURE, RESULT, SCOPE, VERDICT, type Word } from '../domain/words';
import type { AddressRow } from '../store/order.entity';
import type { ObservationRow } from '../store/observation.entity';
import { CLOCK, STATE, T } from './page-words';

/** A refused form, with what had been typed into it: nobody types a report twice. */
export interface Refused {
  problem: Problem;
  fields: Record<string, string>;
}

export interface Place {
  language: Language;
  /** Path of the page, with the token in it. */
  path: string;
}

const action = ({ path, language }: Place, act: string) => `${path}/${act}?lang=${language}`;

/** Date and time as clocks in Shanghai show it. */
export function shanghai(at: Date | null): string {
  if (!at) return '';
  return `${localDate(at)} ${new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(11, 16)}`;
}

/** What the link alone shows: number and office. */
export function doorPage(
  { order }: Opened,
  place: Place,
  told: 'code' | 'link' | null,
  expired: boolean,
  refused?: Refused,
): Html {
  const w = place.language;
  const facts = html`<dl>
    <dt>${T.number[w]}</dt>
    <dd>${order.number}</dd>
    <dt>${T.office[w]}</dt>
    <dd>${order.authority}</dd>
  </dl>`;
  if (expired)
    return html`<h1>${T.title[w]}</h1>
      ${facts}
      <p class="note warn" role="status">${told === 'link' ? T.linkAsked[w] : T.expired[w]}</p>
      ${told !== 'link' && html`<form method="post" action="${action(place, 'renewal')}"><button>${T.askLink[w]}</button></form>`}`;
  return html`<h1>${T.title[w]}</h1>
    ${refusal(refused, w)}${facts}
    <p>${T.doorLead[w]}</p>
    <p>${T.doorScanner[w]}</p>
    ${told === 'code' && html`<p class="note good" role="status">${T.codeSent[w]}</p>`}
    <form method="post" action="${action(place, 'code')}">
      <p class="hint">${T.codeGoesTo[w]}</p>
      <button>${T.askCode[w]}</button>
    </form>
    <form method="post" action="${action(place, 'session')}">
      <label for="code">${T.code[w]}</label>
      <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6" required />
      <button>${T.enter[w]}</button>
    </form>`;
}

/** The whole order, for who has entered with a code. */
export function orderPage(view: OrderView & { sealIntact: boolean | null; now: Date }, place: Place, refused?: Refused): Html {
  const w = place.language;
  const { order, addresses, clocks, reports, observations } = view;
  const can = (act: string) => orderStates.move(order.state, act) !== null;
  return html`<h1>${KIND[order.kind][w]} ${order.number}</h1>
    ${refusal(refused, w)} ${view.sealIntact === false && html`<p class="note bad" role="alert">✖ ${T.sealBroken[w]}</p>`}
    ${facts(view, w)}
    <ul>
      ${order.documentSha256 && html`<li><a href="${place.path}/document.pdf">${T.document[w]}</a></li>`}
      ${order.kind === 'closure' && html`<li><a href="${place.path}/decision.pdf">${T.decision[w]}</a></li>`}
      <li><a href="${place.path}/addresses.csv">${T.csv[w]}</a></li>
    </ul>
    ${view.sealIntact && html`<p class="note good">✔ ${T.sealIntact[w]}<br /><small>SHA-256 ${order.documentSha256}</small></p>`}
    <h2 id="clocks">${T.clocks[w]}</h2>
    <div class="wide" role="region" tabindex="0" aria-label="${T.clocks[w]}">
      <table>
        <thead>
          <tr>
            <th scope="col">${T.clocks[w]}</th>
            <th scope="col">${T.due[w]}</th>
            <th scope="col">${T.state[w]}</th>
          </tr>
        </thead>
        <tbody>
          ${clocks.map(
            (clock) =>
              html`<tr>
                <th scope="row">${CLOCK[clock.key][w]}</th>
                <td>${shanghai(clock.dueAt)}</td>
                <td>
                  ${clock.stoppedAt ? T.stopped[w] : clock.dueAt < view.now ? T.overdue[w] : ''}${clock.mark !== 'F' && html` <small>(${T.notLaw[w]})</small>`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <h2>${T.addresses[w]}</h2>
    ${addressTable(addresses, w)}
    ${
      can('acknowledge') &&
      html`<h2 id="acknowledge">${T.acknowledge[w]}</h2>
        <p>${T.ackHint[w]}</p>
        <form method="post" action="${action(place, 'acknowledgement')}">
          ${personFields(w, refused?.fields)}<button>${T.acknowledge[w]}</button>
        </form>`
    }
    ${can('begin') && html`<form method="post" action="${action(place, 'execution')}"><button>${T.begin[w]}</button></form>`}
    ${can('report') && reportForm(view, place, refused)}
    <h2>${T.reports[w]}</h2>
    ${reports.length ? reports.map((report) => reportHtml(report, w)) : html`<p>${T.none[w]}</p>`}
    <h2>${T.observations[w]}</h2>
    <p>${T.schedule[w]}</p>
    ${order.recheckDue && html`<p>${T.nextLook[w]}: ${shanghai(order.recheckDue)}</p>`}
    ${observations.length ? observationTable(observations, w) : html`<p>${T.none[w]}</p>`}`;
}

function facts({ order }: OrderView, w: Language): Html {
  const row = (term: string, value: string | null | Html) =>
    value &&
    html`<dt>${term}</dt>
      <dd>${value}</dd>`;
  return html`<dl>
    ${row(T.state[w], html`<strong>${STATE[order.state][w]}</strong>`)}
    ${row(T.office[w], `${order.authority} · ${order.officerNames.join('、')}`)}
    ${row(T.to[w], order.operatorName)}${row(T.caseNumber[w], order.caseNumber)}
    ${row(T.basis[w], order.basis.filter(({ mark }) => mark === 'F').map(cited).join(' '))}
    ${row(T.reasons[w], order.reasons)}${row(T.scope[w], order.scope && SCOPE[order.scope][w])}
    ${row(T.executeBy[w], shanghai(order.executeBy))}${row(T.until[w], order.until)}${row(T.preserve[w], order.preserve.join(' / '))}
    ${row(T.remedyOperator[w], order.remedyOperator)}${row(T.remedyMerchant[w], order.remedyMerchant)}
    ${order.ackAt && row(T.acknowledged[w], `${order.ackName} (${order.ackRole}), ${shanghai(order.ackAt)}`)}
  </dl>`; // prettier-ignore
}

/** The whole title with its revision, as on the paper: article numbers move. */
const cited = ({ law, article }: LawCitation) => `《${REVISIONS[law] ?? law}》第${article}条`;

function addressTable(addresses: readonly AddressRow[], w: Language): Html {
  return html`<div class="wide" role="region" tabindex="0" aria-label="${T.addresses[w]}"><table>
    <thead><tr><th scope="col">${T.no[w]}</th><th scope="col">${T.url[w]}</th><th scope="col">${T.yourWord[w]}</th><th scope="col">${T.ourLook[w]}</th><th scope="col">${T.confirmed[w]}</th></tr></thead>
    <tbody>${addresses.map(({ no, url, result, seen, confirmed, confirmedFrom }) => html`<tr><th scope="row">${no}</th><td>${url}</td><td>${result && RESULT[result][w]}</td>
      <td>${seen && VERDICT[seen][w]}</td><td>${confirmed && VERDICT[confirmed][w]}${confirmed && confirmedFrom && html`<br /><small>${from(confirmedFrom, w)}</small>`}</td></tr>`)}</tbody></table></div>`; // prettier-ignore
}

/** Where one vantage point stood in for two it has to be said. */
const from = (vantages: readonly string[], w: Language) =>
  `${(vantages.length > 1 ? T.seenFrom : T.seenFromOne)[w]}: ${vantages.join(', ')}`;

function personFields(w: Language, typed: Record<string, string> = {}): Html {
  return html`<label for="name">${T.name[w]}</label
    ><input id="name" name="name" autocomplete="name" maxlength="100" required value="${typed.name ?? ''}" />
    <label for="role">${T.role[w]}</label
    ><input id="role" name="role" autocomplete="organization-title" maxlength="100" required value="${typed.role ?? ''}" />`;
}

function reportForm({ addresses }: OrderView, place: Place, refused?: Refused): Html {
  const w = place.language;
  const typed = refused?.fields ?? {};
  const option = (value: string, label: string, chosen: boolean) =>
    chosen ? html`<option value="${value}" selected>${label}</option>` : html`<option value="${value}">${label}</option>`;
  const one = ({ no, url }: AddressRow) =>
    html`<fieldset>
      <legend>${no}. ${url}</legend>
      <label for="result.${no}">${T.result[w]}</label
      ><select id="result.${no}" name="result.${no}">
        ${option('', T.later[w], !typed[`result.${no}`])}
        ${LINE_RESULTS.map((result) => option(result, RESULT[result][w], typed[`result.${no}`] === result))}
      </select>
      <label for="measure.${no}">${T.measure[w]}</label
      ><select id="measure.${no}" name="measure.${no}">
        ${option('', '', !typed[`measure.${no}`])}
        ${MEASURES.map((measure) => option(measure, MEASURE[measure][w], typed[`measure.${no}`] === measure))}
      </select>
      <label for="doneAt.${no}">${T.doneAt[w]}</label
      ><input id="doneAt.${no}" name="doneAt.${no}" type="datetime-local" value="${typed[`doneAt.${no}`] ?? ''}" />
      <label for="reason.${no}">${T.reason[w]}</label
      ><textarea id="reason.${no}" name="reason.${no}" maxlength="4000">${typed[`reason.${no}`] ?? ''}</textarea>
    </fieldset>`;
  return html`<h2 id="report">${T.report[w]}</h2><p>${T.reportHint[w]} ${T.object[w]}</p>
    <form method="post" enctype="multipart/form-data" action="${action(place, 'report')}">
      ${addresses.map(one)}${personFields(w, typed)}
      <label for="ticket">${T.ticket[w]}</label><input id="ticket" name="ticket" maxlength="200" value="${typed.ticket ?? ''}">
      <label for="proof">${T.proof[w]}</label><input id="proof" name="proof" type="file" multiple accept="image/png,image/jpeg,application/pdf,text/plain">
      <button>${T.send[w]}</button>
    </form>`; // prettier-ignore
}

function reportHtml({ seq, at, byName, byRole, ticket, lines, files }: OrderView['reports'][number], w: Language): Html {
  return html`<h3>${seq}. ${shanghai(at)} · ${byName} (${byRole})${ticket && html` · ${ticket}`}</h3>
    <ul>${lines.map((line) => html`<li>${line.addressNo}: ${RESULT[line.result][w]}${line.measure && html`, ${MEASURE[line.measure][w]}`}${line.doneAt && html`, ${shanghai(line.doneAt)}`}${line.reason && html` - ${line.reason}`}</li>`)}
    ${files.map(({ name, sizeBytes, sha256 }) => html`<li>${name} (${Math.ceil(sizeBytes / 1024)} KB, SHA-256 ${sha256})</li>`)}</ul>`; // prettier-ignore
}

function observationTable(observations: readonly ObservationRow[], w: Language): Html {
  return html`<div class="wide" role="region" tabindex="0" aria-label="${T.observations[w]}"><table>
    <thead><tr><th scope="col">${T.at[w]}</th><th scope="col">${T.no[w]}</th><th scope="col">${T.profile[w]}</th><th scope="col">${T.vantage[w]}</th><th scope="col">${T.verdict[w]}</th><th scope="col">HTTP</th><th scope="col">${T.url[w]}</th></tr></thead>
    <tbody>${observations.map((one) => html`<tr><td>${shanghai(one.observedAt ?? one.requestedAt)}</td><td>${one.addressNo}</td><td>${T[one.profile][w]}</td><td>${one.vantage}</td>
      <td>${one.verdict ? VERDICT[one.verdict][w] : T.pending[w]}</td><td>${one.status}</td><td>${one.urlFinal}</td></tr>`)}</tbody></table></div>`; // prettier-ignore
}

/** Labels of the fields that a refusal may point at. */
const LABEL: Record<string, Word> = {
  result: T.result, measure: T.measure, doneAt: T.doneAt, reason: T.reason, name: T.name, role: T.role, ticket: T.ticket, code: T.code, files: T.proof,
}; // prettier-ignore

/** The refusal at the top of the page, in words, announced to screen readers; each fault leads to its field. */
export function refusal(refused: Refused | undefined, w: Language): Html | null {
  if (!refused) return null;
  const { problem } = refused;
  const errors = (problem.details.errors ?? []) as FieldFault[];
  return html`<div class="note bad" role="alert">
    <strong>✖ ${T.problem[w]}</strong>
    <p>${w === 'zh' ? problem.zh : problem.title}</p>
    ${
      errors.length > 0 &&
      html`<ul>
        ${errors.map((error) => html`<li>${faultLine(error, w)}</li>`)}
      </ul>`
    }
  </div>`;
}

function faultLine({ pointer, detail, zh }: FieldFault, w: Language): Html {
  const [, no, field] = /^\/lines\/(\d+)\/(\w+)$/.exec(pointer) ?? [];
  const name = field ?? pointer.split('/').at(-1) ?? '';
  const label = `${no ? `${no}. ` : ''}${LABEL[name]?.[w] ?? T.report[w]}`;
  const target = name === 'files' ? 'proof' : no ? `${name}.${no}` : name;
  return html`<a href="#${target}">${label}</a>${w === 'zh' ? `：${zh}` : `: ${detail}`}`;
}

/** A page for what cannot be shown at all. */
export function problemPage(problem: Problem, w: Language): Html {
  return html`<h1>${w === 'zh' ? problem.zh : problem.title}</h1>`;
}
