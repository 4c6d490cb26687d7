// What Nagios and Icinga 2 are given, so that they send here; as in docs/integrations/nagios.md.
import { told } from './told';

const NAGIOS = `define command {
	command_name  pulsar-service
	command_line  /usr/bin/jq -n --arg notification_type '$NOTIFICATIONTYPE$' --arg host '$HOSTNAME$' --arg address '$HOSTADDRESS$' --arg service '$SERVICEDESC$' --arg state '$SERVICESTATE$' --arg output '$SERVICEOUTPUT$' '$$ARGS.named' | /usr/bin/curl -sS -f --retry 3 -H 'Content-Type: application/json' -d @- 'ADDRESS'
}

define command {
	command_name  pulsar-host
	command_line  /usr/bin/jq -n --arg notification_type '$NOTIFICATIONTYPE$' --arg host '$HOSTNAME$' --arg address '$HOSTADDRESS$' --arg state '$HOSTSTATE$' --arg output '$HOSTOUTPUT$' '$$ARGS.named' | /usr/bin/curl -sS -f --retry 3 -H 'Content-Type: application/json' -d @- 'ADDRESS'
}`;

const ICINGA = `template NotificationCommand "pulsar" {
	command = [ "/bin/sh", "-c", "/usr/bin/jq -n 'env | with_entries(select(.key | startswith(\\"pulsar_\\")) | .key |= ltrimstr(\\"pulsar_\\"))' | /usr/bin/curl -sS -f --retry 3 -H 'Content-Type: application/json' -d @- 'ADDRESS'" ]
	env = {
		pulsar_notification_type = "$notification.type$"
		pulsar_host = "$host.name$"
		pulsar_address = "$host.address$"
		pulsar_author = "$notification.author$"
		pulsar_comment = "$notification.comment$"
	}
}

object NotificationCommand "pulsar-host" {
	import "pulsar"
	env += {
		pulsar_state = "$host.state$"
		pulsar_output = "$host.output$"
	}
}

object NotificationCommand "pulsar-service" {
	import "pulsar"
	env += {
		pulsar_service = "$service.name$"
		pulsar_state = "$service.state$"
		pulsar_output = "$service.output$"
	}
}

object User "pulsar" { }

apply Notification "pulsar-host" to Host {
	command = "pulsar-host"
	users = [ "pulsar" ]
	assign where true
}

apply Notification "pulsar-service" to Service {
	command = "pulsar-service"
	users = [ "pulsar" ]
	assign where true
}`;

/** With its quotes, for Nagios has a $HOSTADDRESS$ of its own. */
const addressed = (text: string, url: string): string => text.replaceAll("'ADDRESS'", `'${url}'`);

export const nagios = told(
	'Nagios and Icinga',
	[
		"Nagios: put the commands below into a configuration file, with the integration's address in them.",
		'Name them in a contact: service_notification_commands pulsar-service, host_notification_commands pulsar-host, with options w,u,c,r and d,u,r. Give the contact to your hosts and services (contacts), and reload Nagios. Leave illegal_macro_output_chars in nagios.cfg as it comes.',
		'Icinga 2: put the configuration below into a file of /etc/icinga2/conf.d/ and reload Icinga.',
		'Both need curl and jq on the server.',
		'PROBLEM opens an alert, RECOVERY closes it, ACKNOWLEDGEMENT acknowledges it; flapping and downtime do nothing. The alias is the host and the service.'
	],
	(url) => [
		{ label: 'Commands for Nagios', text: addressed(NAGIOS, url) },
		{ label: 'Configuration for Icinga 2', text: addressed(ICINGA, url) }
	]
);
