// The server's words, named once: everything else in the console imports its types from here.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Alert = Schemas['AlertView'];
export type AlertCounts = Schemas['AlertCounts'];
export type AlertInput = Schemas['NewAlert'];
export type ApiKey = Schemas['KeyView'];
export type ApiKeyScope = Schemas['Scope'];
export type CreatedApiKey = Schemas['CreatedKey'];
export type AlertPatch = Schemas['AlertChange'];
export type BulkResult = Schemas['BulkView'];
export type Channel = Schemas['ChannelView'];
export type CodeSent = Schemas['CodeSentView'];
export type Contact = Schemas['ContactView'];
export type Device = Schemas['DeviceView'];
export type AccountOffer = Schemas['OfferView'];
export type LinkedAccount = Schemas['AccountView'];
export type Audited = Schemas['AuditView'];
export type ChannelKind = Schemas['ChannelKind'];
export type ChannelTest = Schemas['TrialView'];
export type Escalation = Schemas['EscalationView'];
export type EscalationLevel = Schemas['LevelOutlook'];
export type Event = Schemas['ActivityView'];
export type Duty = Schemas['DutyView'];
export type Explanation = Schemas['ExplanationView'];
export type Heartbeat = Schemas['HeartbeatView'];
export type Webhook = Schemas['EndpointView'];
export type NewWebhook = Schemas['NewEndpoint'];
export type CreatedWebhook = Schemas['CreatedEndpoint'];
export type WebhookDelivery = Schemas['DeliveryView'];
export type WholeDelivery = Schemas['WholeDelivery'];
export type WebhookTest = Schemas['TestView'];
export type RedeliverInput = Schemas['RedeliverBody'];
export type Guest = Schemas['Guest'];
export type Integration = Schemas['TokenView'];
export type ReceivedPayload = Schemas['PayloadView'];
export type PayloadContent = Schemas['PayloadContent'];
export type MappingDefinition = Schemas['MappingDefinition'];
export type MappingTrial = Schemas['MappingTrialView'];
export type NewIntegration = Schemas['CreatedToken'];
export type IntegrationSource = Schemas['SourceView'];
export type Incident = Schemas['IncidentView'];
export type IncidentDetail = Schemas['IncidentDetails'];
export type IncidentInput = Schemas['NewIncident'];
export type IncidentLink = Pick<IncidentDetail['links'][number], 'id' | 'title' | 'url'>;
export type IncidentNote = Schemas['IncidentNoteView'];
export type IncidentPage = Schemas['PageView'];
export type IncidentTemplate = Schemas['TemplateView'];
export type IncidentPatch = Schemas['IncidentChange'];
export type IncidentTask = IncidentDetail['tasks'][number];
export type Invitation = Schemas['InvitationView'];
export type SentInvitation = Schemas['SentInvitation'];
export type Me = Schemas['MeView'];
export type System = Schemas['SystemView'];
export type SystemNode = System['nodes'][number];
export type SystemWorker = System['workers'][number];
export type Member = Schemas['MemberView'];
export type MySession = Schemas['MySessionView'];
export type Passkey = Schemas['PasskeyView'];
export type Security = Schemas['SecurityView'];
export type Note = Schemas['NoteView'];
export type Notification = Schemas['NotificationView'];
export type Organization = Schemas['OrganizationView'];
export type Preference = Schemas['PreferenceView'];
export type PreferenceInput = Omit<Schemas['PreferenceChange'], 'version'>;
export type Postmortem = Schemas['PostmortemView'];
export type StatusUpdate = Schemas['StatusUpdateView'];
export type Subscriber = Schemas['SubscriberView'];
export type Policy = Schemas['PolicyView'];
export type PolicyInput = Schemas['NewPolicy'];
export type PolicyPatch = Schemas['PolicyChange'];
export type Simulation = Schemas['SimulationView'];
export type SimulationQuestion = Schemas['DraftTrial'];
export type SetupProblem = Schemas['SetupProblemView'];
export type SessionAnswer = Schemas['SessionView'];
export type Responder = Schemas['ResponderView'];
export type Team = Schemas['TeamView'];
export type TimelineLine = Schemas['TimelineEntry'];
export type TeamDetail = Schemas['TeamWithMembers'];
export type TeamMember = Schemas['TeamMemberView'];

export type StatusPage = Schemas['StatusPageView'];
export type PublicComponent = Schemas['ComponentView'];
export type ComponentState = PublicComponent['state'];
export type PublicNotice = Schemas['NoticeView'];

export type Priority = Alert['priority'];
export type Status = Alert['status'];
export type ReportLine = Schemas['ReportLine'];
export type ReportFigures = Schemas['FiguresView'];
export type IncidentLine = Schemas['IncidentLine'];
export type NoisyAlias = Schemas['NoisyAlias'];
export type LoadLine = Schemas['LoadLine'];
export type ChannelFigures = Schemas['ChannelLine'];

export type Role = Organization['role'];
export type Severity = Incident['severity'];
export type IncidentStatus = Incident['status'];
export type ResponderRole = Responder['role'];

export interface PageOf<T> {
	items: T[];
	total: number;
	/** Or else there are at least so many. */
	total_is_exact?: boolean;
	next_cursor: string | null;
}
