import { strict as assert } from 'node:assert';
import { Desk, Refused, until } from './client.mjs';
import { inventedMerchant } from './merchant.mjs';
import { Operator } from './operator.mjs';
import { World } from './world.mjs';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OPERATOR = '示例云主机服务有限公司';
const PURPOSE = '网络交易监测';
const PLACE = '交城县市场监督管理局电子数据取证室';
const LAWS = [{ law: '广告法', article: '9', mark: 'F' }];

const expectRefusal = (promise, status, code) =>
  promise.then(
    () => assert.fail(`expected a refusal with ${status} ${code ?? ''}`),
    (fault) => {
      if (!(fault instanceof Refused)) throw fault;
      assert.equal(fault.status, status, fault.message);
      if (code) assert.equal(fault.code, code);
      return fault.problem;
    },
  );

/** One merchant the whole way, by the public HTTP interfaces only. Each step answers what it did, in one line. */
export function theWay({ console: desk, portal, internet, accounts }) {
  const world = new World(internet);
  const merchant = inventedMerchant();
  const site = `http://${merchant.host}/`;
  const people = {};
  const w = { world, merchant, site, portal };
  const operator = new Operator(portal, world, ['noc@operator.test', 'legal@operator.test']);

  const signIn = async () => {
    for (const name of ['inspector.a', 'inspector.b', 'officer.a', 'officer.b', 'reviewer.a', 'head.a', 'auditor.a']) {
      const known = accounts.find(({ account }) => account === name);
      assert(known, `the seed has no account ${name}`);
      people[name] = await new Desk(desk, known).signIn();
    }
  };
  const now = async () => new Date((await people['officer.a'].get('/test/clock')).now);
  /** Days go by for every process at once; sessions end as they should, so everybody signs in again. */
  const advance = async (ms) => {
    await people['officer.a'].post('/test/clock', { advanceMs: ms });
    await signIn();
  };
  const theCase = (who = 'officer.a') => people[who].get(`/cases/${w.caseId}`);
  const move = async (who, action, fields = {}) => people[who].post(`/cases/${w.caseId}/transitions`, { action, ...fields });
  const sealedMove = (who, action, fields = {}) => people[who].sealing(() => move(who, action, fields));

  const capture = async (profile, more = {}) => {
    const second = people['inspector.b'].officer.id;
    const { id } = await people['inspector.a'].post('/captures', {
      url: site,
      profile,
      purpose: PURPOSE,
      factToProve: '网页宣传用语',
      place: PLACE,
      secondOfficerId: second,
      ...more,
    });
    const done = await until(
      `capture ${id}`,
      () => people['inspector.a'].get(`/captures/${id}`),
      ({ state }) => !['requested', 'capturing', 'staged', 'fixing'].includes(state),
      { timeoutMs: 180_000 },
    );
    assert(done.fixedAt, `the capture was not fixed: ${done.state} ${done.reason}`);
    return done;
  };

  /** A document from draft to seal, and to service when it is one that is served. */
  const paper = async (form, fields, { serve } = {}) => {
    const officer = people['officer.a'];
    const draft = await officer.post(`/cases/${w.caseId}/documents`, { form, fields });
    const known = await officer.get(`/documents/${draft.id}`);
    assert.deepEqual(
      known.missing.map(({ key }) => key),
      [],
      `form ${form} still lacks fields`,
    );
    if (known.availableActions.includes('finish')) {
      return officer.post(`/documents/${draft.id}/transitions`, { action: 'finish' });
    }
    await officer.post(`/documents/${draft.id}/transitions`, { action: 'submit', opinion: '请审批' });
    const head = people['head.a'];
    await head.post(`/documents/${draft.id}/transitions`, { action: 'approve', opinion: '同意' });
    const { secondFactorAt } = await head.get('/session');
    if (!secondFactorAt)
      await expectRefusal(
        head.post(`/documents/${draft.id}/transitions`, { action: 'seal' }),
        403,
        'officers.secondFactorRequired',
      );
    const sealed = await head.sealing(() => head.post(`/documents/${draft.id}/transitions`, { action: 'seal' }));
    const pdf = await officer.bytes(`/documents/${draft.id}/file`);
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    if (!serve) return sealed;
    return officer.post(`/documents/${draft.id}/transitions`, {
      action: 'serve',
      service: {
        method: 'direct',
        to: merchant.name,
        where: merchant.address,
        at: (await now()).toISOString(),
        receiver: '经营者本人',
      },
    });
  };

  /** An order from draft to the operator's report. `afterwards` is what the site then looks like. */
  const order = async (input, { mode, measure }) => {
    const [officer, head, reviewer] = [people['officer.a'], people['head.a'], people['reviewer.a']];
    const made = await officer.post(`/cases/${w.caseId}/orders`, { operatorId: w.operatorId, ...input });
    const id = made.id;
    const go = (who, action, reason) => who.post(`/orders/${id}/transitions`, { action, ...(reason && { reason }) });
    const check = await officer.post(`/orders/${id}/check`);
    assert.equal(check.missing?.length ?? 0, 0, JSON.stringify(check));
    await go(officer, 'submit');
    await go(reviewer, 'agree').catch((fault) => {
      if (fault.code !== 'orders.illegalMove') throw fault;
    });
    await head.sealing(() => go(head, 'approve'));
    await head.sealing(() => go(head, 'seal'));
    await go(officer, 'dispatch');
    const { number } = await officer.get(`/orders/${id}`);
    await operator.receive(number);
    await operator.scan();
    await until(
      'delivery',
      () => officer.get(`/orders/${id}`),
      ({ state }) => state === 'delivered',
    );
    await expectRefusal(operator.acknowledge(), 401, 'orders.codeRequired');
    const opened = await operator.enter();
    assert.equal((await officer.get(`/orders/${id}`)).state, 'delivered', 'opening and scanning must not acknowledge');
    await operator.acknowledge();
    assert.equal((await operator.paper()).subarray(0, 5).toString(), '%PDF-');
    await world.set(merchant.host, { mode });
    await operator.report(opened, measure, (await now()).toISOString());
    return { id, number };
  };

  /** Lets hours pass until enough equal looks over enough time have confirmed the operator's report. */
  const confirmed = async (id, states) => {
    for (let round = 0; round < 4; round++) {
      const { state } = await people['officer.a'].get(`/orders/${id}`);
      if (states.includes(state)) break;
      const before = (await people['officer.a'].get(`/orders/${id}/observations`)).filter(({ verdict }) => verdict).length;
      await advance([11 * 60_000, HOUR_MS, DAY_MS, DAY_MS][round]);
      await until(
        `look ${round + 1}`,
        async () => {
          const seen = await people['officer.a'].get(`/orders/${id}/observations`);
          const { state: at } = await people['officer.a'].get(`/orders/${id}`);
          return { seen, at };
        },
        ({ seen, at }) => states.includes(at) || (seen.length > before && seen.every(({ verdict }) => verdict)),
        { timeoutMs: 240_000, everyMs: 1000 },
      );
    }
    const { state } = await people['officer.a'].get(`/orders/${id}`);
    const seen = await people['officer.a'].get(`/orders/${id}/observations`);
    assert(
      states.includes(state),
      `order is ${state} after looks ${JSON.stringify(seen.map(({ verdict, profile }) => `${profile}:${verdict}`))}`,
    );
    return seen;
  };

  const steps = [
    [
      'sign in',
      async () => {
        await signIn();
        await operator.tidyMailbox();
        return `${Object.keys(people).length} people, each with his own powers`;
      },
    ],
    [
      'register the merchant',
      async () => {
        const inspector = people['inspector.a'];
        await world.set(merchant.host, { like: 'shop-b.test', company: { name: merchant.name, uscc: merchant.uscc } });
        const input = {
          name: merchant.name,
          kind: 'enterprise',
          legalRep: '经营者甲',
          domicile: merchant.address,
          divisionCode: '141122',
          contactPhone: merchant.phone,
        };
        const problem = await expectRefusal(inspector.post('/subjects', { ...input, uscc: merchant.wrongUscc }), 422);
        const { id } = await inspector.post('/subjects', { ...input, uscc: merchant.uscc });
        w.subjectId = id;
        const operators = await inspector.get(`/operators?q=${encodeURIComponent(OPERATOR)}`);
        w.operatorId = operators.items[0].id;
        const outlet = await inspector.post('/outlets', {
          subjectId: id,
          siteName: '养元坊健康馆',
          domain: merchant.host,
          url: site,
          ip: '192.0.2.10',
          siteType: 'commercial-own-goods',
          icpNo: '晋ICP备00000010号-1',
          isp: OPERATOR,
          idcAddress: '山西省太原市示例机房',
          contact: merchant.phone,
          otherFilings: '无',
          carrierKind: 'website',
          operatorId: w.operatorId,
          declaration: '以上备案内容真实,如有虚假愿承担法律责任。',
        });
        w.outletId = outlet.id;
        return `${merchant.name}, ${merchant.uscc}; a mistyped code was refused (${problem.code})`;
      },
    ],
    [
      'prove control of the outlet',
      async () => {
        const inspector = people['inspector.a'];
        const proof = await inspector.post(`/outlets/${w.outletId}/proofs`, { method: 'wellKnown' });
        const path = new URL(proof.instructions.location).pathname;
        await world.set(merchant.host, { files: { [path]: proof.instructions.value } });
        await inspector.post(`/proofs/${proof.id}/check`);
        await until(
          'the proof',
          () => inspector.get(`/proofs/${proof.id}`),
          ({ state }) => state === 'proved',
        );
        return `by a file at ${path}`;
      },
    ],
    [
      'issue the badge and place it',
      async () => {
        const inspector = people['inspector.a'];
        const badge = await inspector.post('/badges', { outletId: w.outletId });
        const snippet = await inspector.get(`/badges/${badge.id}/snippet`);
        assert(!/<script/i.test(snippet.html), 'the snippet has no script');
        await world.set(merchant.host, { badgeHtml: snippet.html });
        Object.assign(w, { badgeId: badge.id, badgeCode: badge.code });
        return `${badge.code}`;
      },
    ],
    [
      'verify the badge as the public does',
      async () => {
        const ask = async (path, headers) => {
          const answer = await fetch(`${portal}${path}`, { headers });
          assert.equal(answer.status, 200, path);
          return answer;
        };
        const page = await (await ask(`/b/${w.badgeCode}`, { referer: site })).text();
        assert(page.includes(merchant.name) && page.includes(merchant.uscc), 'the page names the merchant');
        assert(!/<script(?! type="application\/ld\+json")/i.test(page), 'the page needs no script');
        const picture = await (await ask(`/b/${w.badgeCode}.svg`)).text();
        assert(picture.includes('<svg'));
        const answer = await (await ask(`/b/${w.badgeCode}.json`)).json();
        const unknown = await fetch(`${portal}/b/AAAAAAAAAAAAAAAA`);
        assert(unknown.status === 404 || unknown.status === 200);
        return `state ${answer.state ?? answer.badge?.state ?? 'shown'}; page of ${Buffer.byteLength(page)} bytes without script`;
      },
    ],
    [
      'capture the page and fix it as evidence',
      async () => {
        const done = await capture('desktop', { outletId: w.outletId });
        w.captureId = done.id;
        const files = await people['inspector.a'].get(`/captures/${done.id}/files`);
        const screen = files.find(({ path }) => /\.png$/.test(path));
        assert.equal(
          (await people['inspector.a'].bytes(`/captures/${done.id}/files/${screen.path}`)).subarray(1, 4).toString(),
          'PNG',
        );
        return `${done.number}: ${files.length} files, ${done.completeness}, environment ${done.environment}, manifest ${done.manifestSha256.slice(0, 16)}…`;
      },
    ],
    [
      'find the violation',
      async () => {
        const inspector = people['inspector.a'];
        const finding = await inspector.post('/findings', { outletId: w.outletId, captureId: w.captureId, kind: 'word' });
        w.findingId = finding.id;
        await inspector.post(`/findings/${finding.id}/transitions`, { action: 'confirm' });
        const page = await until(
          'the clue',
          () => people['officer.a'].get(`/cases?outletId=${w.outletId}`),
          ({ items }) => items.length > 0,
        );
        w.caseId = page.items[0].id;
        return `${finding.rule?.id ?? finding.ruleId ?? finding.rule}: ${[finding, ...(finding.alsoFound ?? [])].length} findings; clue ${page.items[0].number ?? w.caseId}`;
      },
    ],
    [
      'file the case',
      async () => {
        const officers = [people['officer.a'].officer.id, people['officer.b'].officer.id];
        await expectRefusal(move('officer.a', 'decide'), 409);
        await move('officer.a', 'proposeFiling', {
          officers,
          facts: '当事人网站使用“国家级”“最佳”“治愈”等用语宣传普通食品。',
          articles: LAWS,
          jurisdictionConfirmed: true,
        });
        await paper('7', { reason: '有证据初步证明存在违反广告法的行为,属于本局管辖,且未超过处罚时效。' });
        await expectRefusal(move('officer.a', 'approveFiling'), 403);
        const filed = await move('head.a', 'approveFiling');
        await move('officer.a', 'startInvestigation');
        return `${filed.number}, ${filed.officers?.length ?? 2} officers; who proposed could not approve`;
      },
    ],
    [
      'investigate',
      async () => {
        const exhibits = await people['officer.a'].get(`/cases/${w.caseId}/exhibits`);
        const list = exhibits.items ?? exhibits;
        if (!list.some(({ captureId, packageId }) => [captureId, packageId].includes(w.captureId)))
          await people['officer.a'].post(`/cases/${w.caseId}/exhibits`, { captureId: w.captureId, factToProve: '网页宣传用语' });
        const at = await now();
        const done = await people['officer.a'].get(`/captures/${w.captureId}`);
        await paper('12', {
          case: '涉嫌发布违法广告',
          start: done.requestedAt,
          end: done.fixedAt,
          place: PLACE,
          purpose: '固定网页宣传内容',
          source: site,
          access: '公开',
          device: '取证工作站',
          network: '经出口代理',
          clean: '检查通过',
          clock: '以系统时间为准',
          method: ['打开网页', '固定页面', '计算校验值'],
          result: [{ name: 'MANIFEST.json', sha256: done.manifestSha256 }],
          carrier: '证据库',
          makers: ['inspector.a', 'inspector.b'].map((who) => ({
            name: people[who].officer.name,
            certificate: people[who].officer.certificate,
          })),
        });
        const check = await people['officer.a'].post(`/captures/${w.captureId}/verifications`);
        assert.equal(check.verdict, 'PASSED');
        return `exhibit 1 re-hashed: ${check.files} files unchanged (${at.toISOString().slice(0, 10)})`;
      },
    ],
    [
      'suspend the service',
      async () => {
        const at = await now();
        const day = (ms) => new Date(at.getTime() + ms + 8 * HOUR_MS).toISOString().slice(0, 10);
        w.suspension = await order(
          {
            kind: 'suspension',
            addresses: [{ outletId: w.outletId, captureId: w.captureId }],
            basis: [{ law: '电子商务信用管理制度', article: '23' }],
            reasons: '涉嫌以“治愈”“国家级”等用语误导消费者,不及时停止将扩大损害。',
            scope: 'access',
            executeBy: new Date(at.getTime() + 2 * DAY_MS).toISOString(),
            until: day(29 * DAY_MS),
          },
          { mode: 'suspended', measure: 'serviceTotalSuspension' },
        );
        return `${w.suspension.number}, acknowledged and reported by the operator; five openings by a mail scanner acknowledged nothing`;
      },
    ],
    [
      'look again after the suspension',
      async () => {
        const seen = await confirmed(w.suspension.id, ['verified']);
        return `${seen.length} looks agree: ${[...new Set(seen.map(({ verdict }) => verdict))].join(', ')}`;
      },
    ],
    [
      'conclude and review',
      async () => {
        await move('officer.a', 'conclude', {
          report: '经查,当事人在其网站宣传普通食品具有治疗功能,证据确凿。建议罚款并关闭网站。',
        });
        await move('officer.a', 'submitForReview');
        await expectRefusal(move('officer.a', 'approveReview', { opinion: '同意' }), 403);
        await move('reviewer.a', 'approveReview', { opinion: '事实清楚,证据确凿,适用依据正确,程序合法。' });
        return 'by a reviewer who did not handle the case';
      },
    ],
    [
      'notify the party and wait',
      async () => {
        await paper(
          '37',
          {
            proposed: '罚款人民币 20 万元,建议关闭网站。',
            facts: '当事人在其网站使用绝对化用语并宣传治疗功能,违反广告法第九条。',
            hearing: true,
            contact: '交城县市场监督管理局网络交易监管股',
          },
          { serve: true },
        );
        await move('officer.a', 'notify');
        await expectRefusal(
          move('officer.a', 'proposeDecision', {
            outcome: 'penalty',
            penalty: [{ kind: 'fine', content: '罚款', basis: LAWS }],
            articles: LAWS,
          }),
          409,
        );
        await advance(9 * DAY_MS);
        return 'no decision before the five working days were over';
      },
    ],
    [
      'decide and serve',
      async () => {
        const penalty = [
          {
            kind: 'fine',
            content: '罚款人民币 20 万元',
            basis: [{ law: '广告法', article: '57', mark: 'F' }],
            amountFen: 20_000_000,
          },
        ];
        await move('officer.a', 'proposeDecision', {
          outcome: 'penalty',
          penalty,
          articles: LAWS,
          statement: '当事人未提出陈述申辩。',
        });
        const decision = await paper('45', {
          statement: '当事人未提出陈述申辩。',
          perform: '自收到本决定书之日起十五日内缴纳罚款。',
        });
        await sealedMove('head.a', 'decide');
        const at = (await now()).toISOString();
        await people['officer.a'].post(`/documents/${decision.id}/transitions`, {
          action: 'serve',
          service: { method: 'direct', to: merchant.name, where: merchant.address, at, receiver: '经营者本人' },
        });
        await paper('50', {
          doc: `行政处罚决定书 ${decision.number}`,
          where: merchant.address,
          method: '直接送达',
          when: at,
          receiver: '经营者本人',
        });
        await move('officer.a', 'serve');
        return `${decision.number}, sealed with a fresh second factor`;
      },
    ],
    [
      'close the site',
      async () => {
        const at = await now();
        w.closure = await order(
          {
            kind: 'closure',
            addresses: [{ outletId: w.outletId, captureId: w.captureId, justification: '页面已因暂停通知停止提供服务。' }],
            basis: [{ law: '电子商务信用管理制度', article: '24' }],
            reasons: '行政处罚决定已送达,违法情节严重。',
            scope: 'access',
            executeBy: new Date(at.getTime() + 5 * DAY_MS).toISOString(),
          },
          { mode: 'closed', measure: 'serviceTotalTermination' },
        );
        const seen = await confirmed(w.closure.id, ['verified']);
        return `${w.closure.number}, ${seen.length} looks`;
      },
    ],
    [
      'restore',
      async () => {
        const at = await now();
        const open = (await people['officer.a'].get(`/cases/${w.caseId}/orders`)).items.filter(
          ({ kind, state }) => kind !== 'restoration' && !['discarded', 'restoreVerified'].includes(state),
        );
        for (const { id } of open) {
          const made = await order(
            {
              kind: 'restoration',
              liftsOrderId: id,
              ground: 'corrected',
              addresses: [{ outletId: w.outletId }],
              basis: [{ law: '电子商务信用管理制度', article: '23' }],
              reasons: '当事人已履行决定并更正网页。',
              scope: 'access',
              executeBy: new Date(at.getTime() + 2 * DAY_MS).toISOString(),
            },
            { mode: 'open', measure: 'restored' },
          );
          w.restorations = [...(w.restorations ?? []), { ...made, lifts: id }];
        }
        for (const { id, lifts } of w.restorations) {
          await confirmed(id, ['verified']);
          await until(
            'the lifted order',
            () => people['officer.a'].get(`/orders/${lifts}`),
            ({ state }) => state === 'restoreVerified',
          );
        }
        return `${w.restorations.map(({ number }) => number).join(', ')}; the shop answers again`;
      },
    ],
    [
      'close and archive the case',
      async () => {
        const today = new Date((await now()).getTime() + 8 * HOUR_MS).toISOString().slice(0, 10);
        const tasks = await people['officer.a'].get(`/cases/${w.caseId}/tasks`);
        for (const { id, state, availableActions } of tasks.items ?? tasks)
          if (state === 'open' && availableActions?.includes('done'))
            await people['officer.a'].post(`/tasks/${id}/done`, {}).catch(() => undefined);
        await move('officer.a', 'proposeClosing', { execution: '罚款已缴纳,网站已更正并恢复。', executedOn: today });
        await paper('53', { ground: '行政处罚决定执行完毕' });
        await move('head.a', 'close');
        const archived = await move('head.a', 'archive');
        assert.equal(archived.state, 'archived');
        return `kept until ${archived.retentionUntil ?? '—'}`;
      },
    ],
    [
      'export the evidence',
      async () => {
        const officer = people['officer.a'];
        const asked = await officer.post(`/captures/${w.captureId}/exports`, { purpose: '随案移送' });
        const ready = await until(
          'the export',
          () => officer.get(`/exports/${asked.id}`),
          ({ state }) => state !== 'requested',
          { timeoutMs: 120_000 },
        );
        assert.equal(ready.state, 'ready');
        w.packageBytes = await officer.bytes(`/exports/${asked.id}/file`);
        const chain = await people['auditor.a'].get('/audit/chain');
        assert.equal(chain.broken, null, 'the audit chain is whole');
        return `${w.packageBytes.length} bytes, seal ${ready.sealSha256?.slice(0, 16)}…; audit chain of ${chain.links} links unbroken`;
      },
    ],
  ];
  return { steps, state: w, theCase };
}
